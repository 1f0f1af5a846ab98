// SPDX-License-Identifier: Apache-2.0
// What the objective makes of the reference policy: exact zeros, no needless work, no gradients.
#include <ATen/core/grad_mode.h>
#include <ATen/ops/equal.h>
#include <gtest/gtest.h>

#include "launcher/config/objective_config.hpp"
#include "model/gradient_buffer.hpp"
#include "tests/support/golden_pipeline.hpp"

namespace rocm::objective {
namespace {

using model::ReferenceUse;
using rocm::test::GoldenRun;
using rocm::test::pipeline_of;
using rocm::test::short_run;
using rocm::test::whole_batch;

const RocmOptions kThreeSteps{.truncate = 3, .kept_steps = 0};

double largest(const at::Tensor& tensor) {
  return tensor.abs().max().item<double>();
}

/// A short run whose adapter is fresh: A random, B zero.
GoldenRun fresh_run(const std::string& precision) {
  GoldenRun run = short_run();
  run.precision = precision;
  run.lora = "";
  return run;
}

/// One evaluation after another on the same unit.
class Evaluator {
 public:
  explicit Evaluator(const GoldenRun& run)
      : assembly_(golden_config(run), {}), unit_(whole_batch(assembly_)) {}

  [[nodiscard]] RocmObjective objective(const RocmOptions& options) const {
    return {pipeline_of(assembly_), options};
  }

  [[nodiscard]] UnitEvaluation operator()(const RocmObjective& objective) const {
    return objective.evaluate(unit_, assembly_.adapter, 2);
  }

  [[nodiscard]] UnitEvaluation operator()(const RocmOptions& options) const {
    return (*this)(objective(options));
  }

  [[nodiscard]] launcher::Assembly& assembly() { return assembly_; }

  [[nodiscard]] const model::SamplingSchedule& schedule() const {
    return assembly_.generator.policy.schedule();
  }

  [[nodiscard]] const Unit& unit() const { return unit_; }

 private:
  launcher::Assembly assembly_;
  Unit unit_;
};

/// With B = 0 policy and reference are one: no distance, no divergence, no pull.
void expect_exactly_no_divergence(const Evaluator& evaluate, const RocmOptions& options) {
  const UnitEvaluation pulled = evaluate(options);
  const auto name = launcher::name_of(options.divergence);
  EXPECT_EQ(largest(pulled.delta_MB), 0.0) << name;
  EXPECT_EQ(largest(pulled.divergence_MB), 0.0) << name;
  EXPECT_TRUE(at::equal(pulled.loss_B, pulled.reward_B.neg())) << name;
  RocmOptions free = options;
  free.beta = 0.0;
  const UnitEvaluation unpulled = evaluate(free);
  EXPECT_TRUE(at::equal(pulled.gradient, unpulled.gradient)) << name;
  EXPECT_GT(largest(pulled.gradient), 0.0) << name;
}

void expect_no_divergence_of_a_fresh_adapter(const std::string& precision) {
  const Evaluator evaluate(fresh_run(precision));
  for (const auto kind :
       {DivergenceKind::kKl, DivergenceKind::kHellinger, DivergenceKind::kJensenShannon,
        DivergenceKind::kFisher, DivergenceKind::kBhattacharyya, DivergenceKind::kTotalVariation})
    for (const auto use : {ReferenceUse::kDetached, ReferenceUse::kFull}) {
      RocmOptions options = kThreeSteps;
      options.divergence = kind;
      options.reference = use;
      options.beta = 50.0;
      expect_exactly_no_divergence(evaluate, options);
    }
}

TEST(FreshAdapter, DivergesByExactlyNothingInFp32) {
  expect_no_divergence_of_a_fresh_adapter("fp32");
}

TEST(FreshAdapter, DivergesByExactlyNothingInBf16) {
  expect_no_divergence_of_a_fresh_adapter("bf16");
}

TEST(DivergenceNone, NeverEvaluatesTheReference) {
  RocmOptions none = kThreeSteps;
  none.divergence = DivergenceKind::kNone;
  const UnitEvaluation evaluation = Evaluator(short_run())(none);
  EXPECT_FALSE(evaluation.delta_MB.defined());
  EXPECT_FALSE(evaluation.divergence_MB.defined());
  EXPECT_FALSE(evaluation.active_fraction_MB.defined());
  for (const model::Transition& transition : evaluation.trajectory.transitions) {
    EXPECT_FALSE(transition.reference_mean_BCHW.defined());
    EXPECT_FALSE(transition.squared_distance_B.defined());
  }
  EXPECT_TRUE(at::equal(evaluation.loss_B, evaluation.reward_B.neg()));
}

TEST(MeasuringObjective, MeasuresWithoutAPull) {
  const Evaluator evaluate(short_run());
  RocmOptions none = kThreeSteps;
  none.divergence = DivergenceKind::kNone;
  none.beta = 7.0;
  RocmOptions kl = none;
  kl.divergence = DivergenceKind::kKl;
  const UnitEvaluation alone = evaluate(none);
  const UnitEvaluation used = evaluate(kl);
  const UnitEvaluation measured = evaluate(evaluate.objective(none).measuring(DivergenceKind::kKl));
  EXPECT_TRUE(at::equal(measured.gradient, alone.gradient));
  EXPECT_TRUE(at::equal(measured.loss_B, alone.loss_B));
  EXPECT_TRUE(at::equal(measured.divergence_MB, used.divergence_MB));
  EXPECT_GT(largest(measured.divergence_MB), 0.0);
  EXPECT_FALSE(at::equal(used.gradient, alone.gradient));
}

TEST(MeasuringObjective, OfNoneMeasuresNothing) {
  const Evaluator evaluate(short_run());
  RocmOptions none = kThreeSteps;
  none.divergence = DivergenceKind::kNone;
  const auto evaluation = evaluate(evaluate.objective(none).measuring(DivergenceKind::kNone));
  EXPECT_FALSE(evaluation.divergence_MB.defined());
  EXPECT_TRUE(at::equal(evaluation.gradient, evaluate(none).gradient));
}

TEST(Distances, AreThoseOfTheRecordedMeans) {
  const Evaluator evaluate(short_run());
  RocmOptions kl = kThreeSteps;
  for (const auto reduction : {model::DistanceReduction::kMean, model::DistanceReduction::kSum}) {
    kl.reduction = reduction;
    const UnitEvaluation evaluation = evaluate(kl);
    const bool mean = reduction == model::DistanceReduction::kMean;
    for (std::size_t n = 0; n < evaluation.trajectory.transitions.size(); ++n) {
      const model::Transition& transition = evaluation.trajectory.transitions[n];
      const double sigma = evaluate.schedule()[n].sigma;
      const at::Tensor shift_BD =
          transition.mean_BCHW.sub(transition.reference_mean_BCHW).flatten(1).div(sigma);
      const at::Tensor squared_B = mean ? shift_BD.pow(2).mean(1) : shift_BD.pow(2).sum(1);
      const at::Tensor delta_B = evaluation.delta_MB[static_cast<std::int64_t>(n)];
      EXPECT_LT(largest(delta_B.sub(squared_B.sqrt())), 1e-10 * largest(delta_B))
          << "transition " << n;
    }
  }
}

TEST(Training, GivesNoFrozenTensorAGradient) {
  Evaluator evaluate(short_run());
  RocmOptions full = kThreeSteps;
  full.reference = ReferenceUse::kFull;
  const UnitEvaluation evaluation = evaluate(full);
  const at::AutoGradMode grad_mode(true);
  launcher::Generator& generator = evaluate.assembly().generator;
  const auto text = generator.policy.condition(evaluate.unit().text_BLD, nullptr);
  const at::Tensor state = evaluate.unit().z_NBCHW[0];
  // Had any weight a gradient, what comes out of it had one, too.
  EXPECT_FALSE(generator.encode(evaluate.unit().captions).requires_grad());
  EXPECT_FALSE(generator.policy.output(0, state, text, nullptr).requires_grad());
  EXPECT_FALSE(generator.decode(evaluation.trajectory.sample_BCHW).requires_grad());
  const auto reward = evaluate.assembly().reward(evaluation.image_BCHW, evaluate.unit().captions);
  EXPECT_FALSE(reward.total_B.requires_grad());
}

TEST(Training, LeavesNoGraphBehind) {
  Evaluator evaluate(short_run());
  const UnitEvaluation evaluation = evaluate(kThreeSteps);
  for (const at::Tensor& tensor :
       {evaluation.image_BCHW, evaluation.reward_B, evaluation.delta_MB, evaluation.divergence_MB,
        evaluation.loss_B, evaluation.gradient, evaluation.trajectory.sample_BCHW})
    EXPECT_FALSE(tensor.requires_grad());
  for (const at::Tensor& leaf : evaluate.assembly().adapter.leaves())
    EXPECT_FALSE(leaf.grad().defined());
}

TEST(Training, GivesEveryLayerOfTheAdapterAGradient) {
  Evaluator evaluate(short_run());
  const auto evaluation = evaluate(kThreeSteps);
  const auto& adapter = evaluate.assembly().adapter;
  const auto views = model::views_of(evaluation.gradient, adapter.leaves());
  for (std::size_t i = 0; i < views.size(); ++i)
    EXPECT_GT(largest(views[i]), 0.0) << evaluate.assembly().plan.layers()[i / 2].module;
}

}  // namespace
}  // namespace rocm::objective
