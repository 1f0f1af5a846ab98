// SPDX-License-Identifier: Apache-2.0
// The gradient of the objective: against finite differences, against one ordinary autograd graph,
// and against itself when it is computed in another way.
#include <cmath>
#include <memory>

#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/equal.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "launcher/config/objective_config.hpp"
#include "tests/objective/finite_differences.hpp"
#include "tests/objective/textbook_objective.hpp"
#include "tests/support/golden_pipeline.hpp"

namespace rocm::objective {
namespace {

using model::ReferenceUse;
using rocm::test::pipeline_of;
using rocm::test::whole_batch;

constexpr std::size_t kSteps = 3;

const std::vector<DivergenceKind> kEveryDivergence{
    DivergenceKind::kKl,     DivergenceKind::kHellinger,     DivergenceKind::kJensenShannon,
    DivergenceKind::kFisher, DivergenceKind::kBhattacharyya, DivergenceKind::kTotalVariation};

std::string described(const RocmOptions& options) {
  return fmt::format("{}, {}, K = {}, {} kept", launcher::name_of(options.divergence),
                     options.reference == ReferenceUse::kFull ? "full" : "detached",
                     options.truncate, options.kept_steps);
}

/// A tiny pipeline of 3 steps in fp64, with a trained adapter and a batch of two.
class RocmGradient : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    assembly_ = std::make_unique<launcher::Assembly>(golden_config(rocm::test::short_run()),
                                                     launcher::AssemblyRequest{});
    unit_ = std::make_unique<Unit>(whole_batch(*assembly_));
  }

  static void TearDownTestSuite() {
    unit_.reset();
    assembly_.reset();
  }

  static const launcher::Assembly& assembly() { return *assembly_; }

  static const model::LowRankAdapter& adapter() { return assembly_->adapter; }

  static const Unit& unit() { return *unit_; }

  /// beta weighs the divergence so that it and the reward pull about equally.
  static RocmOptions options(DivergenceKind divergence, ReferenceUse reference) {
    return {.divergence = divergence,
            .beta = 10.0,
            .reference = reference,
            .truncate = kSteps,
            .kept_steps = kSteps};
  }

  static UnitEvaluation evaluate(const RocmOptions& options) {
    return RocmObjective(pipeline_of(*assembly_), options).evaluate(unit(), adapter(), 2);
  }

  static TextbookObjective textbook(const RocmOptions& options) {
    return {pipeline_of(*assembly_), options, unit()};
  }

  /// The gradient is that of the textbook's loss; the reference's outputs are held fixed if it is
  /// detached.
  static void expect_slopes_of_finite_differences(const RocmOptions& options) {
    SCOPED_TRACE(described(options));
    const TextbookObjective book = textbook(options);
    const at::Tensor gradient = evaluate(options).gradient;
    const at::NoGradGuard no_grad;
    const auto recorded = book.reference_outputs(adapter());
    const auto* fixed = options.reference == ReferenceUse::kDetached ? &recorded : nullptr;
    rocm::test::expect_gradient(assembly(), gradient, [&](const model::LowRankAdapter& moved) {
      return book.loss(moved, fixed).item<double>();
    });
  }

  static void expect_gradient_of_one_graph(const RocmOptions& options) {
    const at::Tensor expected = textbook(options).gradient(adapter());
    const at::Tensor difference = evaluate(options).gradient.sub(expected);
    EXPECT_LE(difference.norm().item<double>(), 1e-12 * expected.norm().item<double>())
        << described(options);
  }

 private:
  static std::unique_ptr<launcher::Assembly> assembly_;
  static std::unique_ptr<Unit> unit_;
};

std::unique_ptr<launcher::Assembly> RocmGradient::assembly_;
std::unique_ptr<Unit> RocmGradient::unit_;

TEST_F(RocmGradient, LossIsTheTextbooks) {
  const at::NoGradGuard no_grad;
  for (const DivergenceKind kind : kEveryDivergence) {
    const RocmOptions full = options(kind, ReferenceUse::kFull);
    const double expected = textbook(full).loss(adapter()).item<double>();
    EXPECT_NEAR(evaluate(full).loss_B.mean().item<double>(), expected, 1e-12 * std::abs(expected))
        << described(full);
  }
}

TEST_F(RocmGradient, InModeFullIsThatOfTheObjectiveByFiniteDifferences) {
  for (const DivergenceKind kind : kEveryDivergence)
    expect_slopes_of_finite_differences(options(kind, ReferenceUse::kFull));
}

TEST_F(RocmGradient, InModeDetachedIsThatWithTheReferencesOutputsHeldFixed) {
  for (const DivergenceKind kind : kEveryDivergence)
    expect_slopes_of_finite_differences(options(kind, ReferenceUse::kDetached));
}

TEST_F(RocmGradient, OfTheRewardAloneIsThatOfFiniteDifferences) {
  expect_slopes_of_finite_differences(options(DivergenceKind::kNone, ReferenceUse::kOff));
}

TEST_F(RocmGradient, OfSummedDistancesIsThatOfFiniteDifferences) {
  RocmOptions summed = options(DivergenceKind::kKl, ReferenceUse::kFull);
  summed.reduction = model::DistanceReduction::kSum;
  summed.beta = 0.1;
  expect_slopes_of_finite_differences(summed);
}

TEST_F(RocmGradient, OfBothModesDiffers) {
  // Otherwise the tests of one would not tell it from the other.
  const at::Tensor full = evaluate(options(DivergenceKind::kKl, ReferenceUse::kFull)).gradient;
  const at::Tensor detached =
      evaluate(options(DivergenceKind::kKl, ReferenceUse::kDetached)).gradient;
  EXPECT_GT(full.sub(detached).norm().item<double>(), 1e-3 * full.norm().item<double>());
}

TEST_F(RocmGradient, OfChainedStepGraphsIsThatOfOneWholeGraph) {
  for (const DivergenceKind kind : kEveryDivergence)
    for (const ReferenceUse use : {ReferenceUse::kDetached, ReferenceUse::kFull})
      expect_gradient_of_one_graph(options(kind, use));
}

TEST_F(RocmGradient, TruncatedToKCallsIsThatOfAConstantEarlierState) {
  for (const ReferenceUse use : {ReferenceUse::kDetached, ReferenceUse::kFull})
    for (std::size_t k = 1; k <= kSteps; ++k) {
      RocmOptions truncated = options(DivergenceKind::kKl, use);
      truncated.truncate = k;
      expect_gradient_of_one_graph(truncated);
    }
}

TEST_F(RocmGradient, TruncatedStillRecordsTheDivergencesOfEarlierTransitions) {
  RocmOptions truncated = options(DivergenceKind::kKl, ReferenceUse::kDetached);
  const UnitEvaluation whole = evaluate(truncated);
  truncated.truncate = 1;
  const UnitEvaluation last = evaluate(truncated);
  EXPECT_TRUE(at::equal(last.divergence_MB, whole.divergence_MB));
  EXPECT_TRUE(at::equal(last.loss_B, whole.loss_B));
  EXPECT_FALSE(at::equal(last.gradient, whole.gradient));
}

TEST_F(RocmGradient, HasTheSameBitsForEveryNumberOfKeptSteps) {
  for (const ReferenceUse use : {ReferenceUse::kDetached, ReferenceUse::kFull}) {
    RocmOptions kept = options(DivergenceKind::kKl, use);
    const at::Tensor all = evaluate(kept).gradient;
    for (kept.kept_steps = 0; kept.kept_steps < kSteps; ++kept.kept_steps)
      EXPECT_TRUE(at::equal(evaluate(kept).gradient, all)) << described(kept);
    kept.recompute_decoder = true;
    EXPECT_TRUE(at::equal(evaluate(kept).gradient, all)) << "the decoder recomputed";
  }
}

TEST_F(RocmGradient, OfABatchIsTheSumOfItsSamplesShares) {
  const RocmOptions kl = options(DivergenceKind::kKl, ReferenceUse::kFull);
  const RocmObjective objective(pipeline_of(assembly()), kl);
  at::Tensor sum;
  for (std::int64_t b = 0; b < 2; ++b) {
    const Unit sample{.text_BLD = unit().text_BLD.narrow(0, b, 1),
                      .z_NBCHW = unit().z_NBCHW.narrow(1, b, 1),
                      .captions = {unit().captions[static_cast<std::size_t>(b)]}};
    const at::Tensor gradient = objective.evaluate(sample, adapter(), 2).gradient;
    sum = sum.defined() ? sum.add(gradient) : gradient;
  }
  const at::Tensor whole = evaluate(kl).gradient;
  EXPECT_LE(sum.sub(whole).norm().item<double>(), 1e-12 * whole.norm().item<double>());
}

TEST_F(RocmGradient, OfAStepIsTheSameWhenItIsComputedTwice) {
  const RocmOptions js = options(DivergenceKind::kJensenShannon, ReferenceUse::kFull);
  EXPECT_TRUE(at::equal(evaluate(js).gradient, evaluate(js).gradient));
}

}  // namespace
}  // namespace rocm::objective
