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
  at::Tensor pull_left_B;        ///< dD / d(Delta^2) as a share of its limit at 0 (total variation:
                                 ///< D' of its): 1 near the reference, 0 where D has saturated
};

/// A divergence between N(mu, sigma^2 I) and N(mu', sigma^2 I), as a function of
/// Delta^2 = |mu - mu'|^2 / sigma^2 (method, section 3). Every one is 0 with Delta.
class Divergence {
 public:
  virtual ~Divergence() = default;

  /// How many standard normal deviates it wants per sample; 0 for closed forms.
  [[nodiscard]] virtual std::int64_t draws() const { return 0; }

  /// squared_distance_B: Delta^2 >= 0, float64, any device. sigma: of the transition. deviate_SB:
  /// draws() rows, float64, on the same device; undefined if draws() is 0.
  [[nodiscard]] virtual DivergenceValue operator()(const at::Tensor& squared_distance_B,
                                                   double sigma,
                                                   const at::Tensor& deviate_SB) const = 0;
};

/// js_draws: Jensen-Shannon by so many draws instead of exactly, if not 0. Null for kNone: the
/// reference is then not evaluated at all.
[[nodiscard]] std::unique_ptr<Divergence> make_divergence(DivergenceKind kind,
                                                          std::int64_t js_draws = 0);

}  // namespace rocm::objective
