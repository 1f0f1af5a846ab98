// SPDX-License-Identifier: Apache-2.0
#include "model/ops/channels_last.hpp"

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>

#include "model/ops/derivative_node.hpp"

namespace rocm::model {
namespace {

constexpr auto kLayout = at::MemoryFormat::ChannelsLast;

/// What both passes work on.
struct ChannelsLastNorm {
  static constexpr const char* kName = "ChannelsLastNormBackward";

  at::Tensor x_BCHW;            ///< fp32 or bf16
  at::Tensor weight_C, bias_C;  ///< fp32
  at::Tensor moments_B2G;       ///< mean and inverse deviation of each group
  std::int64_t groups;
  double epsilon;
  GroupNormPasses passes;

  [[nodiscard]] GroupNormCall call(const at::Tensor& x, std::int64_t b, const at::Tensor& sums,
                                   const at::Tensor& coefficients) const {
    const std::int64_t channels = x_BCHW.size(1), rows = x_BCHW.size(2) * x_BCHW.size(3);
    float* moments = moments_B2G.mutable_data_ptr<float>() + 2 * b * groups;
    return {.x = x.const_data_ptr<float>() + b * rows * channels,
            .weight = weight_C.const_data_ptr<float>(),
            .bias = bias_C.const_data_ptr<float>(),
            .rows = rows,
            .channels = channels,
            .groups = groups,
            .epsilon = epsilon,
            .mean = moments,
            .inverse_deviation = moments + groups,
            .sums = sums.mutable_data_ptr<double>(),
            .coefficients = coefficients.mutable_data_ptr<float>()};
  }

  /// Calls work(sample, call) for every sample; each writes memory of its own.
  template <class Work>
  void for_each_sample(const at::Tensor& x, const Work& work) const {
    at::parallel_for(0, x_BCHW.size(0), 1, [&](std::int64_t begin, std::int64_t end) {
      const at::Tensor sums = at::empty({2, x_BCHW.size(1)}, at::kDouble);
      const at::Tensor coefficients = at::empty({3, x_BCHW.size(1)}, at::kFloat);
      for (std::int64_t b = begin; b < end; ++b) work(b, call(x, b, sums, coefficients));
    });
  }

  [[nodiscard]] at::Tensor forward() const {
    const at::Tensor x = x_BCHW.to(at::kFloat);
    at::Tensor y_BCHW = at::empty_like(x);
    const std::int64_t size = x.stride(0);
    for_each_sample(x, [&](std::int64_t b, const GroupNormCall& call) {
      passes.forward({.call = call, .y = y_BCHW.mutable_data_ptr<float>() + b * size});
    });
    return y_BCHW.to(x_BCHW.scalar_type());
  }

  template <class NeedsGradient>
  torch::autograd::variable_list operator()(const at::Tensor& gradient,
                                            const NeedsGradient& /*needs*/) const {
    const at::Tensor x = x_BCHW.to(at::kFloat);
    const at::Tensor g_BCHW = gradient.to(at::kFloat).contiguous(kLayout);
    const at::Tensor gx_BCHW = at::empty_like(x);
    const std::int64_t size = x.stride(0);
    for_each_sample(x, [&](std::int64_t b, const GroupNormCall& call) {
      passes.backward({.call = call,
                       .gradient = g_BCHW.const_data_ptr<float>() + b * size,
                       .input_gradient = gx_BCHW.mutable_data_ptr<float>() + b * size});
    });
    return {gx_BCHW.to(x_BCHW.scalar_type())};
  }
};

}  // namespace

bool channels_come_last(const at::Tensor& x) {
  return x.device().is_cpu() && (x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16);
}

bool is_single_precision(const at::Tensor& x) {
  return x.device().is_cpu() && x.scalar_type() == at::kFloat;
}

const FeatureKernels& fastest_feature_kernels() {
  static const FeatureKernels kernels = runnable_feature_kernels().front();
  return kernels;
}

at::Tensor channels_last_norm(const at::Tensor& x_BCHW, const GroupNormWeights& weights,
                              AfterNorm after) {
  return channels_last_norm(x_BCHW, weights, after, fastest_feature_kernels());
}

at::Tensor channels_last_norm(const at::Tensor& x_BCHW, const GroupNormWeights& weights,
                              AfterNorm after, const FeatureKernels& kernels) {
  const bool live = wants_gradient(x_BCHW);
  ChannelsLastNorm norm{.x_BCHW = {},
                        .weight_C = weights.weight_C.to(at::kFloat),
                        .bias_C = weights.bias_C.to(at::kFloat),
                        .moments_B2G = {},
                        .groups = weights.groups,
                        .epsilon = weights.epsilon,
                        .passes = after == AfterNorm::kSilu ? kernels.norm_silu : kernels.norm};
  at::Tensor y_BCHW;
  {
    const at::NoGradGuard by_hand;
    norm.x_BCHW = x_BCHW.detach().contiguous(kLayout);
    norm.moments_B2G = at::empty({x_BCHW.size(0), 2, weights.groups}, norm.weight_C.options());
    y_BCHW = norm.forward();
  }
  return live ? with_derivative(y_BCHW, std::move(norm), x_BCHW) : y_BCHW;
}

}  // namespace rocm::model
