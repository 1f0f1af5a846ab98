// SPDX-License-Identifier: Apache-2.0
#include "launcher/assembly.hpp"

#include <memory>
#include <utility>

#include "data/prompt_order.hpp"
#include "dist/base/contract.hpp"
#include "launcher/adapter_source.hpp"
#include "launcher/memory_estimate.hpp"
#include "launcher/objective_options.hpp"
#include "launcher/score_catalogue.hpp"

namespace rocm::launcher {
namespace {

/// The objective bounds the steps of a consistency model, and differentiates through all of them.
void require_consistency_model(const Generator& generator, const std::string& path) {
  require(is_consistency_model(generator.policy.unet()),
          {.where = path,
           .problem = "this is a diffusion model, and objective.method \"rocm\" trains consistency "
                      "models",
           .because = "its U-Net has no guidance embedding (time_cond_proj_dim)",
           .advice = "use a guidance-distilled LCM, for example world/lcm; sample takes both"});
}

Generator load_adapted_generator(const Config& config, const Computation& computation,
                                 model::AdapterPlan& plan) {
  Generator generator = load_generator(config.model, computation, &plan);
  expect_all_targets_matched(plan);
  require_consistency_model(generator, config.model.path);
  return generator;
}

std::uint64_t seed_of(const Config& config) {
  return static_cast<std::uint64_t>(config.run.seed);
}

}  // namespace

Assembly::Assembly(const Config& given, const AssemblyRequest& request)
    : config(given),
      places(request.places),
      placed(places.of(given)),
      computation(computation_of(config.model, request.local_rank)),
      plan(plan_of(config.lora)),
      generator(load_adapted_generator(placed, computation, plan)),
      reward(ScoreCatalogue(computation, inputs).mixture(placed.reward)),
      prompts(data::read_prompts(placed.data.prompts)),
      adapter(first_adapter(request)),
      objective({.policy = generator.policy, .decode = generator.decode, .reward = reward},
                objective_options(config, generator.policy.schedule().size(), phases)),
      measuring_objective(objective.measuring(config.objective.measure)),
      noise_(request.noise) {
  if (noise_) noise_ = places.of(*noise_);
  inputs.insert(inputs.end(), generator.files.begin(), generator.files.end());
  inputs.emplace_back(placed.data.prompts);
  if (noise_) inputs.push_back(*noise_);
  const auto* rule = std::get_if<CheckpointRule>(&config.model.checkpoint);
  if (rule != nullptr && *rule == CheckpointRule::kAuto) {
    const std::size_t kept = step_graphs_that_fit(*this, request.ranks_per_host);
    objective.keep_steps(kept);
    measuring_objective.keep_steps(kept);
  }
}

model::LowRankAdapter Assembly::first_adapter(const AssemblyRequest& request) {
  if (request.lora) return loaded_adapter(places.of(*request.lora), plan, computation, inputs);
  if (placed.lora.load) return loaded_adapter(*placed.lora.load, plan, computation, inputs);
  return fresh_adapter(config.lora, plan, seed_of(config), computation);
}

NoiseShape Assembly::noise_shape() const {
  return launcher::noise_shape(generator);
}

Workload Assembly::workload(std::int64_t batch_size) {
  const auto num_prompts = static_cast<std::int64_t>(prompts.lines.size());
  if (noise_) {
    auto replayed =
        std::make_unique<ReplayedNoise>(*noise_, noise_shape(), batch_size, config.run.iterations);
    const auto prompt_of = [num_prompts](std::int64_t, std::int64_t sample) {
      return data::replayed_prompt_of(sample, num_prompts);
    };
    return {prompts, prompt_of, std::move(replayed), generator.encode, computation.state_options()};
  }
  const data::PromptOrder order{
      .seed = seed_of(config), .num_prompts = num_prompts, .batch_size = batch_size};
  const auto prompt_of = [order](std::int64_t step, std::int64_t sample) {
    return data::prompt_of(order, step, sample);
  };
  return {prompts, prompt_of, std::make_unique<KeyedNoise>(seed_of(config), noise_shape()),
          generator.encode, computation.state_options()};
}

}  // namespace rocm::launcher
