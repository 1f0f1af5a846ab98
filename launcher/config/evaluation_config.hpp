// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dist/base/field.hpp"
#include "launcher/config/reward_config.hpp"

namespace rocm::launcher {

/// [evaluation]: the same prompts and noise every time, base model beside policy.
struct EvaluationConfig {
  std::int64_t every = 50;
  std::optional<std::string> prompts;
  std::int64_t images = 16;
  std::vector<ScoreConfig> score;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor&& visit) {
    visit(self.every, Field{.name = "every",
                            .meaning = "steps between evaluations; 0 = never [steps]",
                            .at_least = 0});
    visit(self.prompts, Field{.name = "prompts",
                              .meaning = "held-out prompt file; default: data.prompts",
                              .example = "\"world/validation.txt\""});
    visit(self.images,
          Field{.name = "images", .meaning = "sampled at each evaluation [count]", .at_least = 1});
    visit(self.score,
          Field{.name = "score", .meaning = "scores of these images, beside the rewards"});
  }
};

}  // namespace rocm::launcher
