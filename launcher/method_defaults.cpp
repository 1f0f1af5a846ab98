// SPDX-License-Identifier: Apache-2.0
#include "launcher/method_defaults.hpp"

namespace rocm::launcher {
namespace {

/// DDIM with eta 1, whose steps have densities, as DDPO's authors sample.
void sample_by_diffusion(Config& config, double guidance_scale) {
  config.model.steps = 20;
  config.model.eta = 1.0;
  config.model.guidance_scale = guidance_scale;
}

}  // namespace

Config defaults_of(MethodName method) {
  Config config;
  config.objective.method = method;
  if (method != MethodName::kRocm) config.objective.divergence = objective::DivergenceKind::kNone;
  switch (method) {
    case MethodName::kRocm:
      break;
    case MethodName::kAlignProp:
      config.objective.truncate = TruncateRule::kRandom;
      break;
    case MethodName::kDraft:
      config.objective.truncate = 1;
      break;
    case MethodName::kRefl:
      config.objective.late_steps = 2;
      break;
    case MethodName::kRlcm:
      config.optimizer.max_grad_norm = 5.0;
      break;
    case MethodName::kDdpo:
      sample_by_diffusion(config, 5.0);
      config.optimizer.learning_rate = 3e-4;
      config.optimizer.weight_decay = 1e-4;
      config.policy_gradient.advantage_clamp = 5.0;
      config.policy_gradient.statistics_buffer = 16;
      break;
    case MethodName::kDpok:
      sample_by_diffusion(config, 7.5);
      config.optimizer.learning_rate = 1e-5;
      config.optimizer.max_grad_norm = 0.1;
      break;
    case MethodName::kD3po:
      sample_by_diffusion(config, 5.0);
      config.optimizer.learning_rate = 3e-5;
      config.optimizer.weight_decay = 1e-4;
      config.policy_gradient.clip_range = 0.1;
      config.data.micro_batch = samples_per_group(method);
      break;
  }
  return config;
}

}  // namespace rocm::launcher
