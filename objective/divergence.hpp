// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include <ATen/core/Tensor.h>

namespace rocm::objective {

enum class DivergenceKind : std::uint8_t {
  kNone,
  kKl,
  kHellinger,
  kJensenShannon,
  kFisher,
  kBhattacharyya,
  kTotalVariation
};

/// D, its slope and how much of its pull is left, one number per sample, float64.
struct DivergenceValue {
  at::Tensor value_B;
  at::Tensor slope_B;            ///< dD / d(Delta^2): finite at 0, so the root is never derived
  at::Tensor active_fraction_B;  ///< D'(Delta) / max D'; 1 where D' grows without bound
};

/// A divergence between N(mu, sigma^2 I) and N(mu', sigma^2 I), as a function of
/// Delta^2 = |mu - mu'|^2 / sigma^2 (method, section 3). Every one is 0 with Delta.
class Divergence {
 public:
  virtual ~Divergence() = default;
  /// squared_distance_B: Delta^2 >= 0, float64, any device. sigma: of the transition.
  [[nodiscard]] virtual DivergenceValue operator()(const at::Tensor& squared_distance_B,
                                                   double sigma) const = 0;
};

/// Null for kNone: the reference is then not evaluated at all.
[[nodiscard]] std::unique_ptr<Divergence> make_divergence(DivergenceKind kind);

}  // namespace rocm::objective
