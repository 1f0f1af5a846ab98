// SPDX-License-Identifier: Apache-2.0
#include "launcher/record_plan.hpp"

#include <limits>
#include <string>

#include "launcher/config_text.hpp"

namespace rocm::launcher {

namespace {

/// NaN where beta is found as the run goes: metrics.jsonl has it step by step.
double beta_of(const ObjectiveConfig& config) {
  const double* beta = std::get_if<double>(&config.beta);
  return beta == nullptr ? std::numeric_limits<double>::quiet_NaN() : *beta;
}

}  // namespace

bool records_trajectories(const Assembly& assembly) {
  return assembly.config.records.every > 0 &&
         model::num_transitions(assembly.generator.policy.schedule()) > 0;
}

data::RecordPlan record_plan(const Assembly& assembly, int world_size) {
  const Config& config = assembly.config;
  const auto [channels, height, width] = assembly.generator.latent_CHW;
  const bool fp16 = config.records.dtype == RecordDtype::kFp16;
  data::RecordPlan plan{
      .samples_per_rank = config.data.batch_size / world_size,
      .world_size = world_size,
      .channels = channels,
      .height = height,
      .width = width,
      .precision = fp16 ? data::LatentPrecision::kFp16 : data::LatentPrecision::kFp32,
      .prompts = assembly.prompts.lines,
      .reward_names = assembly.reward.names(),
      .divergence = std::string(name_of(config.objective.divergence)),
      .beta = beta_of(config.objective),
      .reduction = std::string(name_of(config.objective.reduction)),
      .configuration = resolved_toml(config)};
  for (const RecordField field : config.records.fields) plan.fields.emplace_back(name_of(field));
  for (const model::SamplingStep& step : assembly.generator.policy.schedule()) {
    if (!step.draws_noise) continue;  // no transition
    plan.sigma.push_back(step.sigma);
    plan.timestep.push_back(step.timestep);
    plan.next_timestep.push_back(step.next_timestep);
  }
  return plan;
}

}  // namespace rocm::launcher
