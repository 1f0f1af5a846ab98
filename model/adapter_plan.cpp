// SPDX-License-Identifier: Apache-2.0
#include "model/adapter_plan.hpp"

#include <utility>

#include "dist/base/contract.hpp"

namespace rocm::model {
namespace {

/// PEFT's rule for target_modules: the whole path, or the end of it after a dot.
bool names(std::string_view target, std::string_view module) {
  if (!module.ends_with(target)) return false;
  const std::size_t head = module.size() - target.size();
  return head == 0 || module[head - 1] == '.';
}

/// A convolution keeps its kernel in A; B is then a 1x1 convolution.
AdaptedLayer shaped(std::string_view module, at::IntArrayRef weight_shape, std::int64_t rank) {
  AdaptedLayer layer{.module = std::string(module),
                     .a_shape = weight_shape.vec(),
                     .b_shape = {weight_shape[0], rank}};
  layer.a_shape[0] = rank;
  layer.b_shape.resize(weight_shape.size(), 1);
  return layer;
}

}  // namespace

AdapterPlan::AdapterPlan(std::vector<std::string> targets, std::int64_t rank, double scale)
    : targets_(std::move(targets)), matched_(targets_.size(), false), rank_(rank), scale_(scale) {
  expects(rank > 0, "an adapter rank of at least 1");
}

int AdapterPlan::add_layer(std::string_view module, at::IntArrayRef weight_shape) {
  expects(weight_shape.size() == 2 || weight_shape.size() == 4, "a matrix or a 2-d convolution");
  modules_.emplace_back(module);
  bool adapted = false;
  for (std::size_t i = 0; i < targets_.size(); ++i) {
    if (!names(targets_[i], module)) continue;
    matched_[i] = true;
    adapted = true;
  }
  if (!adapted) return kNotAdapted;
  layers_.push_back(shaped(module, weight_shape, rank_));
  return static_cast<int>(layers_.size()) - 1;
}

std::vector<std::string> AdapterPlan::unmatched_targets() const {
  std::vector<std::string> unmatched;
  for (std::size_t i = 0; i < targets_.size(); ++i)
    if (!matched_[i]) unmatched.push_back(targets_[i]);
  return unmatched;
}

}  // namespace rocm::model
