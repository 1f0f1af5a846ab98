// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "model/rewards/shapes_world.hpp"

namespace rocm::model {

/// How much of each pixel one thing covers, 0..1, rows first.
struct Coverage {
  int height = 0;
  int width = 0;
  std::vector<double> share;
};

/// The outline that explains a coverage best.
struct Outline {
  std::optional<ShapeKind> shape;  ///< empty where no shape overlaps enough
  double half_box = 0;             ///< pixels: the shape fills [-r, r]^2
  double centre_x = 0;             ///< pixels: the coverage's centroid
  double centre_y = 0;
};

/// Renders each shape with the coverage's own area and centroid (so nothing is searched) and takes
/// the one of highest intersection over union; below 0.75 the thing has no shape.
[[nodiscard]] Outline fit_outline(const Coverage& coverage);

}  // namespace rocm::model
