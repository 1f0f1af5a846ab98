// SPDX-License-Identifier: Apache-2.0
#include "model/adapter_average.hpp"

#include <optional>

#include <ATen/core/grad_mode.h>
#include <ATen/ops/full.h>
#include <gtest/gtest.h>

namespace rocm::model {
namespace {

/// One layer of rank 1 whose numbers are all `value`.
struct Trained {
  Trained() : plan({"to_q"}, 1, 1.0) {
    (void)plan.add_layer("to_q", {3, 2});
    const auto options = at::TensorOptions().dtype(at::kDouble);
    adapter = LowRankAdapter::from_leaves(
        plan, {at::full({1, 2}, 0.0, options), at::full({3, 1}, 0.0, options)});
  }

  void set(double value) {
    const at::NoGradGuard no_grad;
    for (const at::Tensor& leaf : adapter->leaves()) leaf.fill_(value);
  }

  AdapterPlan plan;
  std::optional<LowRankAdapter> adapter;
};

double number_in(const AdapterAverage& average) {
  return average.adapter().leaves().back()[0].item<double>();
}

TEST(AdapterAverage, StartsFromACopyOfTheAdapter) {
  Trained trained;
  trained.set(3.0);
  const AdapterAverage average(*trained.adapter, trained.plan, 0.9);
  trained.set(5.0);
  EXPECT_EQ(number_in(average), 3.0);
}

TEST(AdapterAverage, ForgetsByItsDecayOnceThereIsMuchToAverage) {
  Trained trained;
  AdapterAverage average(*trained.adapter, trained.plan, 0.9);
  trained.set(1.0);
  average.update(*trained.adapter, 1'000'000);
  EXPECT_DOUBLE_EQ(number_in(average), 0.1);
  average.update(*trained.adapter, 1'000'001);
  EXPECT_DOUBLE_EQ(number_in(average), 0.19);
}

TEST(AdapterAverage, ForgetsFasterAtFirst) {
  Trained trained;
  AdapterAverage average(*trained.adapter, trained.plan, 0.999);
  trained.set(1.0);
  average.update(*trained.adapter, 1);  // decay 2 / 11
  EXPECT_DOUBLE_EQ(number_in(average), 9.0 / 11.0);
}

}  // namespace
}  // namespace rocm::model
