// SPDX-License-Identifier: Apache-2.0
#include "launcher/scores/head_widths.hpp"

#include <fmt/format.h>

#include "dist/base/contract.hpp"
#include "launcher/scores/architecture_hints.hpp"
#include "model/rewards/affine_head.hpp"

namespace rocm::launcher {

std::vector<std::int64_t> head_widths(const data::NamedTensors& tensors, const std::string& prefix,
                                      std::int64_t features, const std::string& where) {
  const TensorSizes sizes(tensors, where);
  std::vector<std::int64_t> widths{features};
  for (const std::size_t place : model::AffineHead::kPlaces)
    widths.push_back(sizes.size(fmt::format("{}layers.{}.weight", prefix, place), 0));
  const std::int64_t taken = sizes.size(prefix + "layers.0.weight", 1);
  if (taken == features && widths.back() == 1) return widths;
  fail(ExitCode::kInput,
       {.where = where,
        .problem = fmt::format("the head makes {} numbers of {}", widths.back(), taken),
        .because = fmt::format("one score is made of {} features", features),
        .advice = "use the head that was trained for this model"});
}

}  // namespace rocm::launcher
