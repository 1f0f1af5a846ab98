// SPDX-License-Identifier: Apache-2.0
#include "model/rewards/shapes_outline.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace rocm::model {
namespace {

constexpr double kRingHole = 0.55;  // inner over outer radius
constexpr double kCrossArm = 0.36;  // half the arm's width over the half box
constexpr double kMinOverlap = 0.75;

struct Moments {
  double area = 0;
  double centre_x = 0;
  double centre_y = 0;
};

double area_over_square(ShapeKind shape) {
  switch (shape) {
    case ShapeKind::kCircle:
      return std::numbers::pi;
    case ShapeKind::kSquare:
      return 4.0;
    case ShapeKind::kTriangle:
    case ShapeKind::kDiamond:
      return 2.0;
    case ShapeKind::kCross:
      return 8 * kCrossArm - 4 * kCrossArm * kCrossArm;
    case ShapeKind::kRing:
      return std::numbers::pi * (1 - kRingHole * kRingHole);
  }
  return 1.0;
}

/// A triangle's centroid lies a third of the half box below the middle of its box.
double drop(ShapeKind shape) {
  return shape == ShapeKind::kTriangle ? 1.0 / 3.0 : 0.0;
}

/// Signed distance in pixels, negative inside, of a shape that fills [-r, r]^2; y points down.
double distance(ShapeKind shape, double x, double y, double r) {
  const double ax = std::abs(x);
  const double ay = std::abs(y);
  switch (shape) {
    case ShapeKind::kCircle:
      return std::sqrt(x * x + y * y) - r;
    case ShapeKind::kSquare:
      return std::max(ax, ay) - r;
    case ShapeKind::kTriangle:
      return std::max(y - r, (2 * ax - y - r) / std::sqrt(5.0));
    case ShapeKind::kDiamond:
      return (ax + ay - r) * std::sqrt(0.5);
    case ShapeKind::kCross: {
      const double arm = kCrossArm * r;
      return std::min(std::max(ax - r, ay - arm), std::max(ax - arm, ay - r));
    }
    case ShapeKind::kRing: {
      const double length = std::sqrt(x * x + y * y);
      return std::max(length - r, kRingHole * r - length);
    }
  }
  return r;
}

double share_at(const Coverage& coverage, int y, int x) {
  return coverage.share[static_cast<std::size_t>(y) * static_cast<std::size_t>(coverage.width) +
                        static_cast<std::size_t>(x)];
}

Moments moments_of(const Coverage& coverage) {
  Moments sum;
  for (int y = 0; y < coverage.height; ++y) {
    for (int x = 0; x < coverage.width; ++x) {
      const double share = share_at(coverage, y, x);
      sum.area += share;
      sum.centre_x += share * (x + 0.5);
      sum.centre_y += share * (y + 0.5);
    }
  }
  sum.centre_x /= sum.area;
  sum.centre_y /= sum.area;
  return sum;
}

double overlap(const Coverage& coverage, ShapeKind shape, const Moments& moments, double r) {
  const double middle_y = moments.centre_y - drop(shape) * r;
  double both = 0;
  double either = 0;
  for (int y = 0; y < coverage.height; ++y) {
    for (int x = 0; x < coverage.width; ++x) {
      const double away = distance(shape, x + 0.5 - moments.centre_x, y + 0.5 - middle_y, r);
      const double ideal = std::clamp(0.5 - away, 0.0, 1.0);
      const double share = share_at(coverage, y, x);
      both += std::min(share, ideal);
      either += std::max(share, ideal);
    }
  }
  return both / either;
}

}  // namespace

Outline fit_outline(const Coverage& coverage) {
  const Moments moments = moments_of(coverage);
  Outline best;
  best.centre_x = moments.centre_x;
  best.centre_y = moments.centre_y;
  double most = -1;
  for (std::size_t i = 0; i < kShapeNames.size(); ++i) {
    const auto shape = static_cast<ShapeKind>(i);
    const double r = std::sqrt(moments.area / area_over_square(shape));
    const double now = overlap(coverage, shape, moments, r);
    if (now <= most) continue;
    most = now;
    best.shape = shape;
    best.half_box = r;
  }
  if (most < kMinOverlap) best.shape.reset();
  return best;
}

}  // namespace rocm::model
