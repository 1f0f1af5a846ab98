// SPDX-License-Identifier: Apache-2.0
#include "launcher/kernel_probe.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>

#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/randn.h>
#include <c10/core/InferenceMode.h>

namespace rocm::launcher {
namespace {

constexpr int kRuns = 7;

/// Of several runs, after one that warms caches up. Reading a number waits for a GPU.
double median_seconds(const std::function<at::Tensor()>& run) {
  const auto timed = [&run] {
    const auto start = std::chrono::steady_clock::now();
    (void)run().flatten()[0].item();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  (void)timed();
  std::array<double, kRuns> seconds{};
  std::ranges::generate(seconds, timed);
  std::ranges::nth_element(seconds, seconds.begin() + kRuns / 2);
  return seconds[kRuns / 2];
}

double matrix_product_gflop_per_s(const at::TensorOptions& options) {
  constexpr std::int64_t kSide = 768;
  const at::Tensor a = at::randn({kSide, kSide}, options);
  const at::Tensor b = at::randn({kSide, kSide}, options);
  return 2e-9 * kSide * kSide * kSide / median_seconds([&] { return a.matmul(b); });
}

double convolution_gflop_per_s(const at::TensorOptions& options) {
  constexpr std::int64_t kChannels = 128;
  constexpr std::int64_t kSide = 32;
  const at::Tensor image_BCHW = at::randn({1, kChannels, kSide, kSide}, options);
  const at::Tensor kernel = at::randn({kChannels, kChannels, 3, 3}, options);
  const double flop = 2.0 * kChannels * kChannels * 9 * kSide * kSide;
  return 1e-9 * flop / median_seconds([&] {
           return at::conv2d(image_BCHW, kernel, {}, at::IntArrayRef{1, 1}, at::IntArrayRef{1, 1});
         });
}

}  // namespace

std::vector<KernelSpeed> probe_kernels(c10::Device device) {
  const c10::InferenceMode no_gradients;
  at::set_num_threads(1);
  std::vector<KernelSpeed> speeds;
  for (const at::ScalarType dtype : {at::kFloat, at::kBFloat16}) {
    const auto options = at::TensorOptions(dtype).device(device);
    const std::string name = dtype == at::kFloat ? "fp32" : "bf16";
    speeds.push_back({"matrix product", name, matrix_product_gflop_per_s(options)});
    speeds.push_back({"convolution", name, convolution_gflop_per_s(options)});
  }
  return speeds;
}

}  // namespace rocm::launcher
