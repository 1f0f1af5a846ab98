// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "dist/base/field.hpp"

namespace rocm::launcher {

/// [run]
struct RunConfig {
  std::string name = "run";
  std::string output = "runs";
  std::int64_t seed = 0;
  std::int64_t iterations = 200;
  std::int64_t threads = 1;
  std::int64_t profile_every = 0;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor&& visit) {
    visit(self.name, Field{.name = "name", .meaning = "the run folder is output/name"});
    visit(self.output, Field{.name = "output", .meaning = "folder of run folders"});
    visit(self.seed, Field{.name = "seed",
                           .meaning = "of noise, prompt order and the adapter's start",
                           .at_least = 0});
    visit(self.iterations,
          Field{.name = "iterations", .meaning = "optimiser steps [count]", .at_least = 1});
    visit(self.threads,
          Field{.name = "threads",
                .meaning = "CPU threads of each rank; bits of a result depend on it [count]",
                .at_least = 1,
                .at_most = 1024});
    visit(self.profile_every,
          Field{.name = "profile_every",
                .meaning = "steps of which one logs what time and memory its parts take; 0 = never "
                           "[steps]",
                .at_least = 0});
  }
};

}  // namespace rocm::launcher
