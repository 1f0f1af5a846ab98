// SPDX-License-Identifier: Apache-2.0
#include "model/ops/direct_convolution.hpp"

#include <algorithm>
#include <vector>

#include <ATen/Parallel.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/empty.h>

#include "model/ops/channels_last.hpp"

namespace rocm::model {
namespace {

constexpr std::int64_t kMostWeights = std::int64_t{1} << 18;  // 1 MiB; larger ones are oneDNN's

bool fits(const at::Tensor& weight_OIKK, std::int64_t stride, std::int64_t padding) {
  const std::int64_t size = weight_OIKK.size(2);
  return is_single_precision(weight_OIKK) && stride == 1 && size % 2 == 1 &&
         weight_OIKK.size(3) == size && padding == size / 2 && weight_OIKK.numel() <= kMostWeights;
}

}  // namespace

PackedKernel pack_kernel(const at::Tensor& weight_OIKK, std::int64_t stride, std::int64_t padding) {
  if (!fits(weight_OIKK, stride, padding)) return {};
  return pack_kernel(weight_OIKK, fastest_feature_kernels());
}

PackedKernel pack_transposed_kernel(const at::Tensor& weight_OIKK, std::int64_t stride,
                                    std::int64_t padding) {
  if (!fits(weight_OIKK, stride, padding)) return {};
  return pack_kernel(weight_OIKK.flip({2, 3}).transpose(0, 1), fastest_feature_kernels());
}

PackedKernel pack_kernel(const at::Tensor& weight_OIKK, const FeatureKernels& kernels) {
  const std::int64_t outputs = weight_OIKK.size(0), lanes = kernels.lanes;
  const std::int64_t registers = (outputs + lanes - 1) / lanes;
  const at::Tensor weight_KKIO = at::constant_pad_nd(weight_OIKK.permute({2, 3, 1, 0}).contiguous(),
                                                     {0, registers * lanes - outputs});
  std::vector<at::Tensor> blocks;
  for (std::int64_t done = 0; done < registers;) {
    const std::int64_t count = registers_in_block(registers - done);
    blocks.push_back(weight_KKIO.narrow(3, done * lanes, count * lanes).flatten());
    done += count;
  }
  return {.blocks = at::cat(blocks), .outputs = outputs, .kernel_size = weight_OIKK.size(2)};
}

at::Tensor direct_convolve(const PackedKernel& kernel, const at::Tensor& bias_O,
                           const at::Tensor& x_BIHW) {
  return direct_convolve(kernel, bias_O, x_BIHW, fastest_feature_kernels());
}

at::Tensor direct_convolve(const PackedKernel& kernel, const at::Tensor& bias_O,
                           const at::Tensor& x_BIHW, const FeatureKernels& kernels) {
  const std::int64_t inputs = x_BIHW.size(1), rows = x_BIHW.size(2), columns = x_BIHW.size(3);
  const std::int64_t edge = kernel.kernel_size / 2, width = columns + 2 * edge;
  const at::Tensor x_BHWI = x_BIHW.permute({0, 2, 3, 1}).contiguous();
  const at::Tensor bias = bias_O.defined() ? bias_O.contiguous() : bias_O;
  at::Tensor y_BOHW = at::empty({x_BIHW.size(0), kernel.outputs, rows, columns}, x_BIHW.options(),
                                at::MemoryFormat::ChannelsLast);
  at::parallel_for(0, x_BIHW.size(0), 1, [&](std::int64_t begin, std::int64_t end) {
    std::vector<float> padded(static_cast<std::size_t>((rows + 2 * edge) * width * inputs));
    for (std::int64_t b = begin; b < end; ++b) {
      const float* x = x_BHWI.const_data_ptr<float>() + b * rows * columns * inputs;
      for (std::int64_t row = 0; row < rows; ++row)
        std::copy_n(x + row * columns * inputs, columns * inputs,
                    padded.data() + ((row + edge) * width + edge) * inputs);
      kernels.convolve({.x = padded.data(),
                        .kernel = kernel.blocks.const_data_ptr<float>(),
                        .bias = bias.defined() ? bias.const_data_ptr<float>() : nullptr,
                        .y = y_BOHW.mutable_data_ptr<float>() + b * rows * columns * kernel.outputs,
                        .rows = rows,
                        .columns = columns,
                        .inputs = inputs,
                        .outputs = kernel.outputs,
                        .kernel_size = kernel.kernel_size});
    }
  });
  return y_BOHW;
}

}  // namespace rocm::model
