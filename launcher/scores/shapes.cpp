// SPDX-License-Identifier: Apache-2.0
#include "launcher/scores/recipe.hpp"
#include "model/rewards/shapes_score.hpp"

namespace rocm::launcher {

std::unique_ptr<model::Score> make_shapes(const ScoreSource& /*source*/) {
  return std::make_unique<model::ShapesScore>();
}

}  // namespace rocm::launcher
