// SPDX-License-Identifier: Apache-2.0
#include "launcher/trainer.hpp"

#include <cmath>
#include <limits>

#include <ATen/ops/cat.h>
#include <ATen/ops/equal.h>
#include <gtest/gtest.h>

#include "dist/gradient_sum.hpp"
#include "launcher/method_factory.hpp"
#include "tests/support/golden_pipeline.hpp"
#include "tests/support/thread_communicator.hpp"

namespace rocm::launcher {
namespace {

using rocm::test::golden_config;
using rocm::test::GoldenRun;
using rocm::test::run_ranks;

constexpr std::int64_t kBatch = 4;

/// Two network calls at 16 x 16 pixels, the smallest problem with a transition.
GoldenRun tiny_run() {
  return {.precision = "fp32",
          .model = "steps = 2\nresolution = 16\n",
          .objective = "divergence = \"kl\"\nbeta = 5.0\n"};
}

/// One rank's trainer and what it trains.
class Rank {
 public:
  Rank(dist::Communicator& communicator, const Trainer::Settings& settings,
       const Config& config = golden_config(tiny_run()))
      : assembly(config, {}),
        workload_(assembly.workload(kBatch)),
        method_(make_method(assembly, communicator)),
        optimizer_(assembly.adapter.leaves(), {}),
        trainer(parts(communicator), settings) {}

  [[nodiscard]] at::Tensor parameters() const {
    std::vector<at::Tensor> flat;
    for (const at::Tensor& leaf : assembly.adapter.leaves())
      flat.push_back(leaf.detach().flatten());
    return at::cat(flat);
  }

  [[nodiscard]] double first_moment_norm() const {
    return optimizer_.state().first_moment.norm().item<double>();
  }

  /// How many gradients are finite, before we pretend that one somewhere is not.
  std::int64_t finite_sums = std::numeric_limits<std::int64_t>::max();

  Assembly assembly;

 private:
  Trainer::Parts parts(dist::Communicator& communicator) {
    const auto sum = [this, &communicator](std::span<const at::Tensor> units) {
      return spoil(dist::sum_reproducibly(units, kBatch, communicator));
    };
    return {.workload = workload_,
            .method = *method_,
            .adapter = assembly.adapter,
            .optimizer = optimizer_,
            .communicator = communicator,
            .sum_gradients = sum};
  }

  [[nodiscard]] std::optional<at::Tensor> spoil(std::optional<at::Tensor> gradient) {
    return finite_sums-- > 0 ? std::move(gradient) : std::nullopt;
  }

  Workload workload_;
  std::unique_ptr<objective::Method> method_;
  model::AdamW optimizer_;

 public:
  Trainer trainer;
};

Trainer::Settings settings(double max_grad_norm = 0.0) {
  return {.batch_size = kBatch,
          .micro_batch = 1,
          .max_grad_norm = max_grad_norm,
          .learning_rate = {.peak = 1e-2, .iterations = 10}};
}

/// What rank 0 of `ranks` has after two steps.
struct Trained {
  at::Tensor parameters;
  StepReport report;
};

Trained trained_on(int ranks) {
  Trained result;
  run_ranks(ranks, [&](dist::Communicator& communicator) {
    Rank rank(communicator, settings(1.0));
    (void)rank.trainer.step(1);
    const Step second = rank.trainer.step(2);
    if (communicator.rank() == 0) result = {rank.parameters(), second.report};
  });
  return result;
}

TEST(Trainer, LearnsTheSameBitsOnAnyNumberOfRanks) {
  const Trained alone = trained_on(1);
  for (const int ranks : {2, 4}) {
    const Trained together = trained_on(ranks);
    EXPECT_TRUE(at::equal(together.parameters, alone.parameters)) << ranks << " ranks";
    EXPECT_EQ(together.report.batch.loss, alone.report.batch.loss) << ranks << " ranks";
    EXPECT_EQ(together.report.grad_norm, alone.report.grad_norm) << ranks << " ranks";
  }
}

/// The first step of one rank; `look` sees the rank before and after.
template <class Look>
void take_first_step(const Trainer::Settings& with, Look look) {
  run_ranks(1, [&](dist::Communicator& communicator) {
    Rank rank(communicator, with);
    look(rank);
  });
}

TEST(Trainer, DescendsTheLossOfItsOwnBatch) {
  take_first_step(settings(), [](Rank& rank) {
    const double before = rank.trainer.step(1).report.batch.loss;
    // The same step again: same prompts and noise, better parameters.
    EXPECT_LT(rank.trainer.step(1).report.batch.loss, before);
  });
}

TEST(Trainer, ReportsTheNormBeforeClippingAndClips) {
  double norm = 0.0;
  take_first_step(settings(), [&](Rank& free) {
    norm = free.trainer.step(1).report.grad_norm;
    EXPECT_NEAR(free.first_moment_norm(), 0.1 * norm, 1e-5 * norm);  // 1 - beta1 = 0.1
  });
  take_first_step(settings(norm / 4.0), [&](Rank& clipped) {
    EXPECT_DOUBLE_EQ(clipped.trainer.step(1).report.grad_norm, norm);
    EXPECT_NEAR(clipped.first_moment_norm(), 0.1 * norm / 4.0, 1e-5 * norm);
  });
  take_first_step(settings(norm * 4.0), [&](Rank& spared) {
    (void)spared.trainer.step(1);
    EXPECT_NEAR(spared.first_moment_norm(), 0.1 * norm, 1e-5 * norm);
  });
}

TEST(Trainer, SkipsAStepWhoseGradientIsNotFinite) {
  take_first_step(settings(), [](Rank& rank) {
    const at::Tensor before = rank.parameters();
    rank.finite_sums = 0;
    const StepReport report = rank.trainer.step(1).report;
    EXPECT_TRUE(report.skipped);
    EXPECT_TRUE(std::isnan(report.grad_norm));
    EXPECT_TRUE(at::equal(rank.parameters(), before));
    rank.finite_sums = 1;
    EXPECT_FALSE(rank.trainer.step(2).report.skipped);
    EXPECT_FALSE(at::equal(rank.parameters(), before));
  });
}

TEST(Trainer, HasNotSkippedAStepOfWhichOnePassLearned) {
  GoldenRun run = tiny_run();
  run.objective = "method = \"rlcm\"\ndivergence = \"none\"\n";
  Config config = golden_config(run);
  config.policy_gradient.passes = 2;
  run_ranks(1, [&](dist::Communicator& communicator) {
    Rank rank(communicator, settings(), config);
    const at::Tensor before = rank.parameters();
    rank.finite_sums = 1;
    const StepReport report = rank.trainer.step(1).report;
    EXPECT_FALSE(report.skipped);
    EXPECT_TRUE(std::isnan(report.grad_norm));
    EXPECT_FALSE(at::equal(rank.parameters(), before));
  });
}

TEST(Trainer, SkipsAStepOfANetworkThatGivesNoNumbers) {
  take_first_step(settings(), [](Rank& rank) {
    const at::Tensor leaf = rank.assembly.adapter.leaves().front().detach();
    leaf.fill_(std::numeric_limits<double>::quiet_NaN());
    EXPECT_TRUE(rank.trainer.step(1).report.skipped);
  });
}

TEST(Trainer, HandsOverWhatItLookedAt) {
  take_first_step(settings(), [](Rank& rank) {
    const Step step = rank.trainer.step(1);
    EXPECT_EQ(step.report.step, 1);
    EXPECT_EQ(step.report.learning_rate, 1e-2);
    ASSERT_EQ(step.units.size(), 4U);
    ASSERT_EQ(step.evaluations.size(), 4U);
    double reward = 0.0;
    for (const auto& evaluation : step.evaluations) reward += evaluation.reward_B.item<double>();
    EXPECT_DOUBLE_EQ(step.report.batch.reward, reward / 4.0);
  });
}

}  // namespace
}  // namespace rocm::launcher
