// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "dist/base/field.hpp"

namespace rocm::launcher {

/// [data]
struct DataConfig {
  std::string prompts;
  std::int64_t batch_size = 8;
  std::int64_t micro_batch = 1;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor&& visit) {
    visit(self.prompts, Field{.name = "prompts",
                              .meaning = "prompt file: .txt .json .jsonl .csv .tsv",
                              .presence = Presence::kRequired,
                              .example = "\"world/prompts.txt\""});
    visit(self.batch_size, Field{.name = "batch_size",
                                 .meaning = "samples per optimiser step over all ranks [count]",
                                 .at_least = 1,
                                 .at_most = 1 << 20});
    visit(self.micro_batch, Field{.name = "micro_batch",
                                  .meaning = "samples per forward pass, the unit of reduction; "
                                             "divides batch_size [count]",
                                  .at_least = 1});
  }
};

}  // namespace rocm::launcher
