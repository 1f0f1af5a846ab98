// SPDX-License-Identifier: Apache-2.0
#include "model/ops/frozen_convolution.hpp"

#include <vector>

#include <ATen/ops/conv2d.h>
#include <ATen/ops/convolution_backward.h>
#include <ATen/ops/empty.h>

#include "model/ops/derivative_node.hpp"

namespace rocm::model {
namespace {

/// oneDNN shares one large map among threads; direct_convolve gives each sample to one of them.
constexpr std::int64_t kLargestMap = std::int64_t{1} << 20;

bool is_direct(const PackedKernel& packed, const at::Tensor& x_BIHW) {
  return packed.blocks.defined() && x_BIHW[0].numel() <= kLargestMap;
}

at::Tensor convolved(const FrozenConvolution& c, const at::Tensor& x_BIHW) {
  if (is_direct(c.packed, x_BIHW)) return direct_convolve(c.packed, c.bias_O, x_BIHW);
  return at::conv2d(x_BIHW, c.weight_OIKK, c.bias_O, c.stride, c.padding);
}

struct FrozenConvolutionBackward {
  static constexpr const char* kName = "FrozenConvolutionBackward";

  at::Tensor weight_OIKK;
  std::int64_t stride;
  std::int64_t padding;
  PackedKernel packed_transposed;
  std::vector<std::int64_t> input_shape;

  template <class NeedsGradient>
  torch::autograd::variable_list operator()(const at::Tensor& gradient,
                                            const NeedsGradient& needs) const {
    return {needs(0) ? input_gradient(gradient) : at::Tensor(),
            needs(1) ? gradient.sum({0, 2, 3}) : at::Tensor()};
  }

  [[nodiscard]] at::Tensor input_gradient(const at::Tensor& gradient) const {
    if (is_direct(packed_transposed, gradient))
      return direct_convolve(packed_transposed, /*bias_O=*/{}, gradient);
    // Only the shape of the input is read when its gradient alone is asked for; in the kernel's
    // layout it is not copied, so its memory is never touched.
    const at::Tensor input =
        at::empty(input_shape, gradient.options(), weight_OIKK.suggest_memory_format());
    return std::get<0>(at::convolution_backward(
        gradient, input, weight_OIKK, /*bias_sizes=*/at::OptionalIntArrayRef(), {stride, stride},
        {padding, padding}, /*dilation=*/{1, 1}, /*transposed=*/false, /*output_padding=*/{0, 0},
        /*groups=*/1, /*output_mask=*/{true, false, false}));
  }
};

}  // namespace

at::Tensor frozen_convolve(const FrozenConvolution& convolution, const at::Tensor& x_BIHW) {
  if (!wants_gradient(x_BIHW, convolution.bias_O)) return convolved(convolution, x_BIHW);
  at::Tensor y_BOHW;
  {
    const at::NoGradGuard by_hand;
    y_BOHW = convolved(convolution, x_BIHW);
  }
  return with_derivative(
      y_BOHW,
      FrozenConvolutionBackward{.weight_OIKK = convolution.weight_OIKK,
                                .stride = convolution.stride,
                                .padding = convolution.padding,
                                .packed_transposed = convolution.packed_transposed,
                                .input_shape = x_BIHW.sizes().vec()},
      x_BIHW, convolution.bias_O);
}

}  // namespace rocm::model
