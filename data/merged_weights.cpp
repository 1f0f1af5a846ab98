// SPDX-License-Identifier: Apache-2.0
#include "data/merged_weights.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "data/printable.hpp"
#include "data/rounding.hpp"
#include "dist/base/contract.hpp"

namespace rocm::data {
namespace {

[[noreturn]] void refuse_merging(const std::string& layer, const std::string& problem,
                                 const std::string& because) {
  fail(ExitCode::kInput, {.where = "layer " + printable(layer),
                          .problem = problem,
                          .because = because,
                          .advice = "use an adapter that was made for this model"});
}

/// Of the layer, whose change fits it.
const at::Tensor& weight_of(const NamedTensors& weights, const std::string& layer,
                            const LowRankPair& pair) {
  const auto weight = weights.find(layer + ".weight");
  if (weight == weights.end())
    refuse_merging(layer, "the model has no weight of that name", "the adapter changes it");
  const std::vector<std::int64_t> shape = shape_of_change(pair);
  if (weight->second.sizes() == shape) return weight->second;
  refuse_merging(
      layer, fmt::format("its change has shape [{}]", fmt::join(shape, ", ")),
      fmt::format("the model's weight has [{}]", fmt::join(weight->second.sizes(), ", ")));
}

}  // namespace

void expect_fitting(const NamedTensors& weights, const LowRankModules& modules) {
  for (const auto& [layer, pair] : modules) (void)weight_of(weights, layer, pair);
}

NamedTensors merged_weights(const NamedTensors& weights, const LowRankModules& modules,
                            at::ScalarType dtype, const std::filesystem::path& path) {
  expect_fitting(weights, modules);
  NamedTensors all;
  for (const auto& [name, weight] : weights) {
    all[name] = weight.is_floating_point() ? rounded_for(path, weight, dtype) : weight;
  }
  for (const auto& [layer, pair] : modules) {
    const at::Tensor sum =
        weight_of(weights, layer, pair).to(at::kDouble).add(change_of_weight(pair));
    all[layer + ".weight"] = rounded_for(path, sum, dtype);
  }
  return all;
}

}  // namespace rocm::data
