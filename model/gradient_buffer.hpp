// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include <ATen/core/Tensor.h>

namespace rocm::model {

/// One flat, contiguous gradient for a list of parameters, in their order: what ranks exchange and
/// what the optimiser reads.
class GradientBuffer {
 public:
  /// Zeros, with the parameters' dtype and device.
  explicit GradientBuffer(std::span<const at::Tensor> parameters);

  /// gradients[i] belongs to parameters[i]; undefined means zero.
  void add(std::span<const at::Tensor> gradients);

  [[nodiscard]] const at::Tensor& flat() const { return flat_; }

 private:
  at::Tensor flat_;
  std::vector<at::Tensor> views_;
};

/// The parts of a flat tensor that belong to each parameter, as views of the parameters' shapes.
[[nodiscard]] std::vector<at::Tensor> views_of(const at::Tensor& flat,
                                               std::span<const at::Tensor> parameters);

}  // namespace rocm::model
