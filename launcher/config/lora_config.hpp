// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dist/base/field.hpp"
#include "launcher/config/choice.hpp"
#include "model/low_rank_adapter.hpp"

namespace rocm::launcher {

template <>
inline constexpr auto kChoices<model::AdapterInit> = std::to_array<Choice<model::AdapterInit>>(
    {{model::AdapterInit::kKaiming, "kaiming"}, {model::AdapterInit::kGaussian, "gaussian"}});

/// [lora]
struct LoraConfig {
  std::int64_t rank = 16;
  double alpha = 32.0;
  std::vector<std::string> targets = {"to_q", "to_k", "to_v", "to_out.0"};
  model::AdapterInit init = model::AdapterInit::kKaiming;
  std::optional<std::string> load;
  double ema = 0.0;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor&& visit) {
    visit(self.rank, Field{.name = "rank",
                           .meaning = "columns of B, rows of A [count]",
                           .at_least = 1,
                           .at_most = 65536});
    visit(self.alpha, Field{.name = "alpha",
                            .meaning = "the adapter adds alpha/rank * B A [1]",
                            .more_than = 0.0});
    visit(self.targets,
          Field{.name = "targets", .meaning = "layers of the U-Net, by full name or last parts"});
    visit(self.init, Field{.name = "init", .meaning = "how A starts; B starts at zero"});
    visit(self.load, Field{.name = "load",
                           .meaning = "start from this adapter's effect",
                           .example = "\"adapter.safetensors\""});
    visit(self.ema,
          Field{.name = "ema",
                .meaning = "decay of a moving average of the adapter, which is written as "
                           "lora_ema.safetensors, too; 0 = none [1]",
                .at_least = 0.0,
                .less_than = 1.0});
  }
};

}  // namespace rocm::launcher
