// SPDX-License-Identifier: Apache-2.0
#include "model/adapter_average.hpp"

#include <algorithm>
#include <vector>

#include <ATen/core/grad_mode.h>

namespace rocm::model {
namespace {

LowRankAdapter copy_of(const LowRankAdapter& adapter, const AdapterPlan& plan) {
  std::vector<at::Tensor> leaves;
  for (const at::Tensor& leaf : adapter.leaves()) leaves.push_back(leaf.detach().clone());
  return LowRankAdapter::from_leaves(plan, std::move(leaves));
}

}  // namespace

AdapterAverage::AdapterAverage(const LowRankAdapter& adapter, const AdapterPlan& plan, double decay)
    : decay_(decay), average_(copy_of(adapter, plan)) {
}

void AdapterAverage::update(const LowRankAdapter& adapter, std::int64_t k) {
  const at::NoGradGuard no_grad;
  const auto count = static_cast<double>(k);
  const double decay = std::min(decay_, (1.0 + count) / (10.0 + count));
  for (std::size_t i = 0; i < adapter.leaves().size(); ++i)
    average_.leaves()[i].mul_(decay).add_(adapter.leaves()[i], 1.0 - decay);
}

}  // namespace rocm::model
