// SPDX-License-Identifier: Apache-2.0
#include "launcher/assembly.hpp"

#include <memory>
#include <utility>

#include <fmt/format.h>

#include "data/prompt_order.hpp"
#include "dist/base/contract.hpp"
#include "launcher/adapter_source.hpp"
#include "launcher/memory_estimate.hpp"
#include "launcher/method_factory.hpp"
#include "launcher/objective_options.hpp"
#include "launcher/score_catalogue.hpp"

namespace rocm::launcher {
namespace {

void require_weight_per_transition(const std::vector<double>& weights, const Generator& generator) {
  const std::size_t transitions = model::num_transitions(generator.policy.schedule());
  require(weights.empty() || weights.size() == transitions,
          {.where = "objective.transition_weights",
           .problem = fmt::format("{} weights for {} transitions", weights.size(), transitions),
           .because = "each transition has one",
           .advice = "give as many, or [] for all 1"});
}

Generator load_adapted_generator(const Config& config, const Computation& computation,
                                 model::AdapterPlan& plan) {
  Generator generator = load_generator(config.model, computation, &plan);
  expect_all_targets_matched(plan);
  require_trainable(config.objective, generator, config.model.path);
  require_weight_per_transition(config.objective.transition_weights, generator);
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
      reward(ScoreCatalogue(computation, inputs)
                 .mixture(placed.reward, mixture_options(config.objective))),
      prompts(data::read_prompts(placed.data.prompts)),
      adapter(first_adapter(request)),
      objective({.policy = generator.policy, .decode = generator.decode, .reward = reward},
                objective_options(config, generator.policy.schedule().size())),
      noise_(request.noise) {
  if (noise_) noise_ = places.of(*noise_);
  inputs.insert(inputs.end(), generator.files.begin(), generator.files.end());
  inputs.emplace_back(placed.data.prompts);
  if (noise_) inputs.push_back(*noise_);
  const auto* rule = std::get_if<CheckpointRule>(&config.model.checkpoint);
  if (is_first_order(config.objective.method) && rule != nullptr && *rule == CheckpointRule::kAuto)
    objective.keep_steps(step_graphs_that_fit(*this, request.ranks_per_host));
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
  const SampleRule rule{.seed = seed_of(config),
                        .group = samples_per_group(config.objective.method)};
  if (noise_) {
    auto replayed =
        std::make_unique<ReplayedNoise>(*noise_, noise_shape(), batch_size, config.run.iterations);
    const auto prompt_of = [num_prompts](std::int64_t, std::int64_t sample) {
      return data::replayed_prompt_of(sample, num_prompts);
    };
    return {prompts, prompt_of, std::move(replayed), generator.encode, computation.state_options(),
            rule};
  }
  const data::PromptOrder order{
      .seed = seed_of(config), .num_prompts = num_prompts, .batch_size = batch_size / rule.group};
  const auto prompt_of = [order](std::int64_t step, std::int64_t sample) {
    return data::prompt_of(order, step, sample);
  };
  return {prompts,
          prompt_of,
          std::make_unique<KeyedNoise>(seed_of(config), noise_shape()),
          generator.encode,
          computation.state_options(),
          rule};
}

}  // namespace rocm::launcher
