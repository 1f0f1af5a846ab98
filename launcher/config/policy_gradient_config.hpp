// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "dist/base/field.hpp"

namespace rocm::launcher {

/// [policy_gradient]: how rlcm, ddpo, dpok and d3po learn; each reads its own keys.
struct PolicyGradientConfig {
  std::int64_t passes = 1;
  double clip_range = 1e-4;
  double advantage_clamp = 10.0;
  std::int64_t statistics_buffer = 32;
  std::int64_t statistics_min_count = 16;
  bool include_last_step = false;
  double reward_weight = 100.0;
  double kl_weight = 0.01;
  double value_learning_rate = 1e-4;
  std::int64_t value_width = 256;
  double preference_beta = 0.1;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor&& visit) {
    visit(self.passes,
          Field{.name = "passes",
                .meaning = "optimiser updates per batch; a step is all of them [count]",
                .at_least = 1});
    visit(self.clip_range, Field{.name = "clip_range",
                                 .meaning = "ratios of probabilities are cut to 1 +- this [1]",
                                 .more_than = 0.0,
                                 .less_than = 1.0});
    visit(self.advantage_clamp, Field{.name = "advantage_clamp",
                                      .meaning = "rlcm, ddpo: advantages are cut to +- this "
                                                 "[standard deviations]",
                                      .more_than = 0.0});
    visit(self.statistics_buffer, Field{.name = "statistics_buffer",
                                        .meaning = "rlcm, ddpo: rewards kept per prompt [count]",
                                        .at_least = 1});
    visit(self.statistics_min_count,
          Field{.name = "statistics_min_count",
                .meaning = "rlcm, ddpo: a prompt with fewer rewards is judged by the batch [count]",
                .at_least = 1});
    visit(self.include_last_step,
          Field{.name = "include_last_step",
                .meaning = "count the step without noise, too, as RLCM's code does"});
    visit(self.reward_weight,
          Field{.name = "reward_weight", .meaning = "dpok: of the reward [1]", .at_least = 0.0});
    visit(self.kl_weight,
          Field{.name = "kl_weight",
                .meaning = "dpok: of the squared distance to the reference's output "
                           "[1]",
                .at_least = 0.0});
    visit(self.value_learning_rate, Field{.name = "value_learning_rate",
                                          .meaning = "dpok: of the value network",
                                          .at_least = 0.0});
    visit(self.value_width, Field{.name = "value_width",
                                  .meaning = "dpok: width of the value network's layers [count]",
                                  .at_least = 1});
    visit(self.preference_beta, Field{.name = "preference_beta",
                                      .meaning = "d3po: how strongly a preference counts [1]",
                                      .more_than = 0.0});
  }
};

}  // namespace rocm::launcher
