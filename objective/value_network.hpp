// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include <ATen/core/Tensor.h>

namespace rocm::objective {

// Shape legend: B samples, C channels, H x W latent pixels, L tokens, D text width.

/// V(x_t, c, t): the reward that a sample is expected to get, from where it is on its way. Three
/// layers with SiLU between them read the latent, averaged to 8 x 8 pixels, the mean over the
/// prompt's tokens and a sinusoid of the timestep. The last layer starts at zero.
class ValueNetwork {
 public:
  struct Shape {
    std::int64_t channels = 4;
    std::int64_t text_width = 768;
    std::int64_t width = 256;  ///< of both hidden layers
  };

  /// First weights N(0, 1 / inputs), drawn by (seed, layer) alone.
  ValueNetwork(const Shape& shape, std::uint64_t seed, const at::TensorOptions& options);

  /// [B], with a graph to leaves() if grad mode is on.
  [[nodiscard]] at::Tensor operator()(const at::Tensor& x_BCHW, const at::Tensor& text_BLD,
                                      std::int64_t timestep) const;

  /// weight, bias of each layer; each requires a gradient.
  [[nodiscard]] const std::vector<at::Tensor>& leaves() const { return leaves_; }

  /// Starts from a guess that holds everywhere. Only sensible before the first update.
  void expect(double reward);

 private:
  std::vector<at::Tensor> leaves_;
};

}  // namespace rocm::objective
