// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "model/adapter_plan.hpp"

namespace rocm::model {

/// How A starts; B always starts at zero, so a new adapter changes nothing.
enum class AdapterInit : std::uint8_t {
  kKaiming,   ///< U(-1/sqrt(fan_in), 1/sqrt(fan_in))
  kGaussian,  ///< N(0, 1/r^2): standard deviation 1/r
};

/// The low-rank term of one layer: y = W x + scale B (A x).
struct LowRankPair {
  at::Tensor a;  ///< AdaptedLayer::a_shape
  at::Tensor b;  ///< AdaptedLayer::b_shape
};

/// LoRA (Hu et al., arXiv 2106.09685): everything that training changes, as one list of leaves.
///
/// The layers of a network look their pair up by slot; without an adapter (a null pointer) the same
/// network is the reference. Copies share the leaves.
class LowRankAdapter {
 public:
  /// A fresh adapter. Its numbers depend on the seed and the plan alone (Philox 4x32, keyed by slot
  /// and element), not on the rank, the device or the order of evaluation.
  static LowRankAdapter fresh(const AdapterPlan& plan, AdapterInit init, std::uint64_t seed,
                              const at::TensorOptions& options);

  /// The adapter whose effect B_effective A each pair of a file states; B is divided by the plan's
  /// scale. Throws Failure(kInput), naming `where`, unless the file holds exactly the plan's layers
  /// with the plan's shapes.
  static LowRankAdapter from_effective(const AdapterPlan& plan,
                                       const std::map<std::string, LowRankPair>& effective,
                                       const std::string& where, const at::TensorOptions& options);

  /// Leaves as stored in a checkpoint: A0, B0, A1, B1, ... with the plan's shapes.
  static LowRankAdapter from_leaves(const AdapterPlan& plan, std::vector<at::Tensor> leaves);

  /// A0, B0, A1, B1, ... in slot order; each requires a gradient.
  [[nodiscard]] const std::vector<at::Tensor>& leaves() const { return leaves_; }

  [[nodiscard]] LowRankPair pair(int slot) const;

  [[nodiscard]] double scale() const { return scale_; }

 private:
  LowRankAdapter(std::vector<at::Tensor> leaves, double scale);

  std::vector<at::Tensor> leaves_;
  double scale_;
};

}  // namespace rocm::model
