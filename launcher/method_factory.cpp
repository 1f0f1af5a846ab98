// SPDX-License-Identifier: Apache-2.0
#include "launcher/method_factory.hpp"

#include <optional>
#include <span>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "dist/agreement.hpp"
#include "dist/base/contract.hpp"
#include "launcher/objective_options.hpp"
#include "objective/d3po.hpp"
#include "objective/dpok.hpp"
#include "objective/first_order.hpp"
#include "objective/ppo.hpp"

namespace rocm::launcher {
namespace {

objective::Pipeline pipeline_of(const Assembly& assembly) {
  return assembly.objective.pipeline();
}

std::unique_ptr<objective::Method> make_first_order(const Assembly& assembly,
                                                    objective::PhaseListener on_phase) {
  return std::make_unique<objective::FirstOrder>(assembly.objective.telling(std::move(on_phase)),
                                                 beta_options(assembly.config),
                                                 first_order_options(assembly.config));
}

objective::ValueNetwork value_network(const Assembly& assembly) {
  return {{.channels = assembly.generator.latent_CHW[0],
           .text_width = assembly.generator.policy.unet().config().text_width,
           .width = assembly.config.policy_gradient.value_width},
          static_cast<std::uint64_t>(assembly.config.run.seed),
          assembly.computation.state_options()};
}

/// What of the objective needs the probability of every step, if anything does.
std::optional<std::string> user_of_densities(const ObjectiveConfig& objective,
                                             bool any_transition) {
  if (!is_first_order(objective.method))
    return fmt::format("objective.method \"{}\"", name_of(objective.method));
  if (regularises(objective)) return "objective.divergence";
  if (objective.measure_every > 0 && any_transition) return "objective.measure_every";
  return std::nullopt;
}

void require_densities(const ObjectiveConfig& objective, const Generator& generator,
                       const std::string& path) {
  const model::SamplingSchedule& schedule = generator.policy.schedule();
  const bool any_transition = model::num_transitions(schedule) > 0;
  if (any_transition && model::has_densities(schedule)) return;
  const auto user = user_of_densities(objective, any_transition);
  require(!user, {.where = path,
                  .problem = fmt::format("{} cannot train this sampler", user.value_or("")),
                  .because = "it needs the probability of every step, and some step draws no noise",
                  .advice = is_consistency_model(generator.policy.unet())
                                ? "use model.steps of at least 2"
                                : "set model.eta = 1; if it is set, the scheduler ends at "
                                  "alpha-bar 1 (set_alpha_to_one): turn that off"});
}

}  // namespace

std::unique_ptr<objective::Method> make_method(const Assembly& assembly,
                                               dist::Communicator& communicator,
                                               objective::PhaseListener on_phase) {
  const PolicyGradientConfig& config = assembly.config.policy_gradient;
  auto options = policy_gradient_options(assembly.config);
  options.on_phase = on_phase;
  const auto gather = [&communicator](std::span<const double> mine) {
    return dist::gather_in_rank_order(communicator, mine);
  };
  switch (assembly.config.objective.method) {
    case MethodName::kRlcm:
    case MethodName::kDdpo:
      return std::make_unique<objective::Ppo>(
          pipeline_of(assembly), gather, options,
          objective::PpoOptions{.clip_range = config.clip_range,
                                .advantage_clamp = config.advantage_clamp,
                                .statistics_buffer = config.statistics_buffer,
                                .statistics_min_count = config.statistics_min_count});
    case MethodName::kDpok:
      return std::make_unique<objective::Dpok>(
          pipeline_of(assembly), gather, options,
          objective::DpokOptions{.reward_weight = config.reward_weight,
                                 .kl_weight = config.kl_weight,
                                 .clip_range = config.clip_range,
                                 .value_learning_rate = config.value_learning_rate},
          value_network(assembly));
    case MethodName::kD3po:
      return std::make_unique<objective::D3po>(
          pipeline_of(assembly), gather, options,
          objective::D3poOptions{.beta = config.preference_beta, .clip_range = config.clip_range});
    case MethodName::kRocm:
    case MethodName::kAlignProp:
    case MethodName::kDraft:
    case MethodName::kRefl:
      break;
  }
  return make_first_order(assembly, std::move(on_phase));
}

std::unique_ptr<objective::Method> make_method(Assembly& assembly,
                                               dist::Communicator& communicator) {
  return make_method(assembly, communicator, phase_listener(assembly.config, assembly.phases));
}

void require_trainable(const ObjectiveConfig& objective, const Generator& generator,
                       const std::string& path) {
  const bool consistency = is_consistency_model(generator.policy.unet());
  require(objective.method != MethodName::kRocm || consistency,
          {.where = path,
           .problem = "this is a diffusion model, and objective.method \"rocm\" trains consistency "
                      "models",
           .because = "its U-Net has no guidance embedding (time_cond_proj_dim)",
           .advice = "use a guidance-distilled LCM, for example world/lcm, or another "
                     "objective.method; sample takes both"});
  require_densities(objective, generator, path);
  require(!regularises(objective) || !trains_last_step_only(objective) || !consistency,
          {.where = "objective.truncate",
           .problem = "1 leaves the divergence no gradient",
           .because = "the last step of a consistency model is no transition",
           .advice = "set it to 2 or more, or leave objective.divergence out"});
}

}  // namespace rocm::launcher
