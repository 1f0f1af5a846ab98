// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "dist/base/field.hpp"
#include "launcher/config/choice.hpp"
#include "model/learning_rate.hpp"

namespace rocm::launcher {

template <>
inline constexpr auto kChoices<model::LearningRateDecay> =
    std::to_array<Choice<model::LearningRateDecay>>(
        {{model::LearningRateDecay::kConstant, "constant"},
         {model::LearningRateDecay::kLinear, "linear"},
         {model::LearningRateDecay::kCosine, "cosine"}});

/// [optimizer]: AdamW (Loshchilov and Hutter, arXiv 1711.05101).
struct OptimizerConfig {
  double learning_rate = 1e-4;
  std::array<double, 2> betas = {0.9, 0.999};
  double weight_decay = 0.0;
  double epsilon = 1e-8;
  double max_grad_norm = 1.0;
  std::int64_t warmup = 0;
  model::LearningRateDecay schedule = model::LearningRateDecay::kConstant;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor&& visit) {
    visit(self.learning_rate, Field{.name = "learning_rate",
                                    .meaning = "of AdamW, after the warm-up [1]",
                                    .at_least = 0.0});
    visit(self.betas, Field{.name = "betas",
                            .meaning = "decay of the first and second moments [1]",
                            .at_least = 0.0,
                            .less_than = 1.0});
    visit(self.weight_decay,
          Field{.name = "weight_decay", .meaning = "decoupled weight decay [1]", .at_least = 0.0});
    visit(self.epsilon, Field{.name = "epsilon",
                              .meaning = "added to the root of the second moment [1]",
                              .more_than = 0.0});
    visit(self.max_grad_norm, Field{.name = "max_grad_norm",
                                    .meaning = "the gradient is clipped to this norm; 0 = no "
                                               "clipping [1]",
                                    .at_least = 0.0});
    visit(self.warmup,
          Field{.name = "warmup",
                .meaning = "step k of these has k / warmup of the learning rate [steps]",
                .at_least = 0});
    visit(self.schedule, Field{.name = "schedule",
                               .meaning = "of the learning rate after the warm-up; linear and "
                                          "cosine end at 0"});
  }
};

}  // namespace rocm::launcher
