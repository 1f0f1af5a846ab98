// SPDX-License-Identifier: Apache-2.0
#include "launcher/evaluator.hpp"

#include <algorithm>
#include <cmath>

#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>

#include "dist/agreement.hpp"
#include "launcher/gallery.hpp"
#include "launcher/score_catalogue.hpp"
#include "model/roll_out.hpp"

namespace rocm::launcher {
namespace {

data::PromptSet held_out_prompts(const Config& config, std::vector<std::filesystem::path>& inputs) {
  const std::string path = config.evaluation.prompts.value_or(config.data.prompts);
  if (config.evaluation.prompts) inputs.emplace_back(path);
  return data::read_prompts(path);
}

std::vector<std::unique_ptr<model::Score>> scores_of(Assembly& assembly) {
  ScoreCatalogue catalogue(assembly.computation, assembly.inputs);
  std::vector<std::unique_ptr<model::Score>> scores;
  for (const RewardConfig& reward : assembly.placed.reward)
    scores.push_back(catalogue.score(reward.score()));
  for (const ScoreConfig& score : assembly.placed.evaluation.score)
    scores.push_back(catalogue.score(score));
  return scores;
}

double mean(const std::vector<double>& values) {
  double sum = 0.0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

/// Standard error of the mean of policy - base; 0 for a single picture.
double paired_standard_error(const std::vector<double>& base, const std::vector<double>& policy) {
  const auto n = static_cast<double>(base.size());
  if (base.size() < 2) return 0.0;
  const double centre = mean(policy) - mean(base);
  double sum = 0.0;
  for (std::size_t i = 0; i < base.size(); ++i) sum += std::pow(policy[i] - base[i] - centre, 2);
  return std::sqrt(sum / (n - 1.0) / n);
}

}  // namespace

Evaluator::Evaluator(Assembly& assembly, dist::Communicator& communicator)
    : assembly_(assembly),
      communicator_(communicator),
      prompts_(held_out_prompts(assembly.placed, assembly.inputs)),
      scores_(scores_of(assembly)) {
  const std::int64_t images = assembly.config.evaluation.images;
  first_ = communicator.rank() * images / communicator.world_size();
  last_ = (communicator.rank() + 1) * images / communicator.world_size();
}

objective::Unit Evaluator::unit_of(std::int64_t image) const {
  const auto num_prompts = static_cast<std::int64_t>(prompts_.lines.size());
  const std::int64_t images = assembly_.config.evaluation.images;
  const std::int64_t row = images <= num_prompts ? image * num_prompts / images  // evenly spread
                                                 : image % num_prompts;
  objective::Unit unit{.captions = {prompts_.lines[static_cast<std::size_t>(row)]}};
  const KeyedNoise noise(static_cast<std::uint64_t>(assembly_.config.run.seed),
                         assembly_.noise_shape());
  unit.z_NBCHW =
      noise.z_NCHW(kSamplingStep, image).unsqueeze(1).to(assembly_.computation.state_options());
  unit.text_BLD = assembly_.generator.encode(unit.captions);
  return unit;
}

std::vector<std::vector<double>> Evaluator::score(const at::Tensor& pixels_NHWC) const {
  std::vector<std::vector<double>> values(scores_.size());
  for (std::int64_t image = first_; image < last_; ++image) {
    const auto captions = unit_of(image).captions;
    for (std::size_t s = 0; s < scores_.size(); ++s)
      values[s].push_back(
          scores_[s]->measure(pixels_NHWC.narrow(0, image - first_, 1), captions).item<double>());
  }
  return values;
}

Evaluator::Pictures Evaluator::pictures(const Drawing& draw) const {
  const auto pixels = assembly_.generator.decode.autoencoder().config().downscale();
  const auto [channels, height, width] = assembly_.generator.latent_CHW;
  std::vector<at::Tensor> drawn{at::empty({0, height * pixels, width * pixels, 3}, at::kByte)};
  const at::NoGradGuard no_grad;
  for (std::int64_t image = first_; image < last_; ++image)
    drawn.push_back(model::to_pixels_BHWC(assembly_.generator.decode(draw(unit_of(image)))));
  Pictures result{.pixels_NHWC = at::cat(drawn)};
  result.scores = score(result.pixels_NHWC);
  return result;
}

at::Tensor Evaluator::draw_base(const objective::Unit& unit) const {
  return model::roll_out(assembly_.generator.policy, nullptr, unit.text_BLD, unit.z_NBCHW)
      .sample_BCHW;
}

at::Tensor Evaluator::draw_policy(const objective::Unit& unit,
                                  std::vector<double>& divergences) const {
  const auto& config = assembly_.config.objective;
  const bool none = config.divergence == objective::DivergenceKind::kNone;
  const auto divergence = objective::make_divergence(none ? config.measure : config.divergence);
  const model::Rollout rollout(
      assembly_.generator.policy, assembly_.adapter, unit.text_BLD, unit.z_NBCHW,
      {.reference = model::ReferenceUse::kMeasured, .reduction = config.reduction});
  const auto& schedule = assembly_.generator.policy.schedule();
  const auto& transitions = rollout.trajectory().transitions;
  double sum = 0.0;
  for (std::size_t n = 0; n < transitions.size(); ++n)
    sum += (*divergence)(transitions[n].squared_distance_B, schedule[n].sigma, {})
               .value_B.item<double>();
  divergences.push_back(sum);
  return rollout.trajectory().sample_BCHW;
}

EvaluationReport Evaluator::evaluate(std::int64_t step) {
  if (!base_.pixels_NHWC.defined())
    base_ = pictures([this](const auto& unit) { return draw_base(unit); });
  std::vector<double> divergences;
  const Pictures policy =
      pictures([&](const auto& unit) { return draw_policy(unit, divergences); });
  EvaluationReport report{.step = step, .images = assembly_.config.evaluation.images};
  report.divergence = mean(dist::gather_in_rank_order(communicator_, divergences));
  for (std::size_t s = 0; s < scores_.size(); ++s) {
    const auto base = dist::gather_in_rank_order(communicator_, base_.scores[s]);
    const auto trained = dist::gather_in_rank_order(communicator_, policy.scores[s]);
    report.scores.push_back({.name = std::string(scores_[s]->name()),
                             .base = mean(base),
                             .policy = mean(trained),
                             .standard_error = paired_standard_error(base, trained)});
  }
  report.base_pixels_NHWC = gather_pictures(communicator_, base_.pixels_NHWC);
  report.policy_pixels_NHWC = gather_pictures(communicator_, policy.pixels_NHWC);
  return report;
}

}  // namespace rocm::launcher
