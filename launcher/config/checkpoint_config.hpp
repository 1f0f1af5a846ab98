// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "dist/base/field.hpp"

namespace rocm::launcher {

/// [checkpoint]
struct CheckpointConfig {
  std::int64_t every = 50;
  std::int64_t keep = 3;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor&& visit) {
    visit(self.every, Field{.name = "every",
                            .meaning = "steps between checkpoints; 0 = never [steps]",
                            .at_least = 0});
    visit(self.keep, Field{.name = "keep",
                           .meaning = "newest checkpoints kept; 0 = all [count]",
                           .at_least = 0});
  }
};

}  // namespace rocm::launcher
