// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "model/rewards/shapes_world.hpp"

namespace rocm::model {

/// Reads "a SIZE COLOUR SHAPE [RELATION a SIZE COLOUR SHAPE] on a BACKGROUND background".
/// Case and the amount of white space do not count. Throws Failure(kInput) for any other text.
[[nodiscard]] WantedScene parse_shapes_caption(std::string_view caption);

}  // namespace rocm::model
