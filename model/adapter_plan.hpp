// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <ATen/core/Tensor.h>

namespace rocm::model {

/// One layer that the adapter changes. Slot i of a plan is layers()[i].
struct AdaptedLayer {
  std::string module;                 ///< path in the network, e.g. mid_block.attentions.0.proj_in
  std::vector<std::int64_t> a_shape;  ///< [r, in], or [r, in, kh, kw] of a convolution
  std::vector<std::int64_t> b_shape;  ///< [out, r], or [out, r, 1, 1] of a convolution
};

/// Which layers of a network get a low-rank adapter: filled by the network while it is built.
///
/// A target names a layer by its full path or by the end of it after a dot ("to_q",
/// "ff.net.0.proj"), as PEFT's target_modules do.
class AdapterPlan {
 public:
  static constexpr int kNotAdapted = -1;

  /// scale: the factor of B A, that is alpha / rank.
  AdapterPlan(std::vector<std::string> targets, std::int64_t rank, double scale);

  /// Called by every adaptable layer as it is built; returns its slot, or kNotAdapted.
  /// weight_shape: [out, in] or [out, in, kh, kw].
  int add_layer(std::string_view module, at::IntArrayRef weight_shape);

  /// Targets that matched no layer of the network that was built.
  [[nodiscard]] std::vector<std::string> unmatched_targets() const;

  [[nodiscard]] const std::vector<AdaptedLayer>& layers() const { return layers_; }

  /// Every layer that could have been a target, in the order of construction.
  [[nodiscard]] const std::vector<std::string>& adaptable_modules() const { return modules_; }

  [[nodiscard]] std::int64_t rank() const { return rank_; }

  [[nodiscard]] double scale() const { return scale_; }

 private:
  std::vector<std::string> targets_;
  std::vector<bool> matched_;
  std::int64_t rank_;
  double scale_;
  std::vector<AdaptedLayer> layers_;
  std::vector<std::string> modules_;
};

}  // namespace rocm::model
