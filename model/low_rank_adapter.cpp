// SPDX-License-Identifier: Apache-2.0
#include "model/low_rank_adapter.hpp"

#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

#include <ATen/ops/zeros.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "dist/base/contract.hpp"
#include "model/keyed_noise.hpp"

namespace rocm::model {
namespace {

/// No optimiser step has this number, so an adapter never shares deviates with a rollout.
constexpr std::uint32_t kInitialisation = std::numeric_limits<std::uint32_t>::max();

/// Standard normal deviates of A's shape, fp64, on the CPU.
at::Tensor normal_deviates(const AdaptedLayer& layer, std::uint64_t seed, std::uint32_t slot) {
  const NoiseKey key{.seed = seed, .step = kInitialisation, .sample = slot};
  return keyed_noise(key, 1, layer.a_shape).squeeze(0).to(at::kDouble);
}

at::Tensor initial_a(const AdaptedLayer& layer, AdapterInit init, std::uint64_t seed,
                     std::uint32_t slot) {
  const at::Tensor normal = normal_deviates(layer, seed, slot);
  if (init == AdapterInit::kGaussian) return normal.div(static_cast<double>(layer.a_shape[0]));
  const auto fan_in = static_cast<double>(normal[0].numel());
  // 2 Phi(z) - 1 = erf(z / sqrt 2) is uniform on (-1, 1).
  return normal.div(std::numbers::sqrt2).erf().div(std::sqrt(fan_in));
}

void expect_shape(const at::Tensor& tensor, at::IntArrayRef shape, std::string_view name,
                  const std::string& where) {
  if (tensor.sizes() == shape) return;
  fail(ExitCode::kInput,
       {.where = where,
        .problem = fmt::format("{} has shape [{}]", name, fmt::join(tensor.sizes(), ", ")),
        .because = fmt::format("the model and lora.rank ask for [{}]", fmt::join(shape, ", ")),
        .advice = "set lora.rank to the file's rank, and check that the adapter is of this model"});
}

/// The names in `effective` must be the plan's; only the first difference is reported.
void expect_same_layers(const AdapterPlan& plan,
                        const std::map<std::string, LowRankPair>& effective,
                        const std::string& where) {
  std::size_t found = 0;
  for (const AdaptedLayer& layer : plan.layers()) {
    if (effective.contains(layer.module)) {
      ++found;
      continue;
    }
    fail(ExitCode::kInput, {.where = where,
                            .problem = fmt::format("nothing for the layer {}", layer.module),
                            .because = "lora.targets adapt it",
                            .advice = "set lora.targets to the layers that the file adapts"});
  }
  if (found == effective.size()) return;
  fail(ExitCode::kInput,
       {.where = where,
        .problem = fmt::format("{} layers that lora.targets leave alone", effective.size() - found),
        .because = "their part of the adapter would be lost",
        .advice = "set lora.targets to the layers that the file adapts"});
}

}  // namespace

LowRankAdapter::LowRankAdapter(std::vector<at::Tensor> leaves, double scale)
    : leaves_(std::move(leaves)), scale_(scale) {
  for (at::Tensor& leaf : leaves_) leaf = leaf.detach().requires_grad_();
}

LowRankAdapter LowRankAdapter::fresh(const AdapterPlan& plan, AdapterInit init, std::uint64_t seed,
                                     const at::TensorOptions& options) {
  std::vector<at::Tensor> leaves;
  std::uint32_t slot = 0;
  for (const AdaptedLayer& layer : plan.layers()) {
    leaves.push_back(initial_a(layer, init, seed, slot++).to(options));
    leaves.push_back(at::zeros(layer.b_shape, options));
  }
  return {std::move(leaves), plan.scale()};
}

LowRankAdapter LowRankAdapter::from_effective(const AdapterPlan& plan,
                                              const std::map<std::string, LowRankPair>& effective,
                                              const std::string& where,
                                              const at::TensorOptions& options) {
  expect_same_layers(plan, effective, where);
  std::vector<at::Tensor> leaves;
  for (const AdaptedLayer& layer : plan.layers()) {
    const LowRankPair& pair = effective.at(layer.module);
    expect_shape(pair.a, layer.a_shape, layer.module + " A", where);
    expect_shape(pair.b, layer.b_shape, layer.module + " B", where);
    leaves.push_back(pair.a.to(options).clone());
    leaves.push_back(pair.b.to(options.dtype(at::kDouble)).div(plan.scale()).to(options));
  }
  return {std::move(leaves), plan.scale()};
}

LowRankAdapter LowRankAdapter::from_leaves(const AdapterPlan& plan,
                                           std::vector<at::Tensor> leaves) {
  expects(leaves.size() == 2 * plan.layers().size(), "one A and one B for each adapted layer");
  for (std::size_t slot = 0; slot < plan.layers().size(); ++slot) {
    expects(leaves[2 * slot].sizes() == plan.layers()[slot].a_shape, "A of the plan's shape");
    expects(leaves[2 * slot + 1].sizes() == plan.layers()[slot].b_shape, "B of the plan's shape");
  }
  return {std::move(leaves), plan.scale()};
}

LowRankPair LowRankAdapter::pair(int slot) const {
  const auto first = 2 * static_cast<std::size_t>(slot);
  expects(slot >= 0 && first + 1 < leaves_.size(), "a slot of this adapter's plan");
  return {.a = leaves_[first], .b = leaves_[first + 1]};
}

}  // namespace rocm::model
