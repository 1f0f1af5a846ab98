// SPDX-License-Identifier: Apache-2.0
#include "launcher/scores/recipe.hpp"

#include <fmt/format.h>

#include "dist/base/contract.hpp"

namespace rocm::launcher {

const std::string& ScoreSource::required_path(std::string_view what) const {
  require(path.has_value(),
          {.where = fmt::format("score \"{}\"", name),
           .problem = "it has no path",
           .because = fmt::format("its weights are read from {}", what),
           .advice = "add path = \"...\" to the configuration, or =PATH to --score"});
  return *path;
}

}  // namespace rocm::launcher
