// SPDX-License-Identifier: Apache-2.0
#include "launcher/evaluator.hpp"

#include <algorithm>
#include <cmath>

#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>

#include "dist/agreement.hpp"
#include "launcher/bootstrap.hpp"
#include "launcher/gallery.hpp"
#include "launcher/score_catalogue.hpp"

namespace rocm::launcher {
namespace {

data::PromptSet held_out_prompts(const Config& config, std::vector<std::filesystem::path>& inputs) {
  const std::string path = config.evaluation.prompts.value_or(config.data.prompts);
  if (config.evaluation.prompts) inputs.emplace_back(path);
  return data::read_prompts(path);
}

/// The rewards, then what is measured besides; what is both is measured once.
Scores scores_of(Assembly& assembly) {
  std::vector<ScoreConfig> wanted;
  for (const RewardConfig& reward : assembly.placed.reward) wanted.push_back(reward.score());
  for (const ScoreConfig& score : assembly.placed.evaluation.score)
    if (std::ranges::find(wanted, score) == wanted.end()) wanted.push_back(score);
  ScoreCatalogue catalogue(assembly.computation, assembly.inputs);
  Scores scores;
  for (const ScoreConfig& score : wanted) scores.push_back(catalogue.score(score));
  return scores;
}

/// Standard error of the mean of policy - base; 0 for a single picture.
double paired_standard_error(const std::vector<double>& base, const std::vector<double>& policy) {
  const auto n = static_cast<double>(base.size());
  if (base.size() < 2) return 0.0;
  const double centre = mean_of(policy) - mean_of(base);
  double sum = 0.0;
  for (std::size_t i = 0; i < base.size(); ++i) sum += std::pow(policy[i] - base[i] - centre, 2);
  return std::sqrt(sum / (n - 1.0) / n);
}

}  // namespace

Evaluator::Evaluator(Assembly& assembly, dist::Communicator& communicator)
    : assembly_(assembly),
      communicator_(communicator),
      prompts_(held_out_prompts(assembly.placed, assembly.inputs)),
      scores_(scores_of(assembly)),
      drawer_(assembly.generator, assembly.computation,
              static_cast<std::uint64_t>(assembly.config.run.seed),
              measure_of(assembly.config.objective)) {
  const std::int64_t images = assembly.config.evaluation.images;
  first_ = communicator.rank() * images / communicator.world_size();
  last_ = (communicator.rank() + 1) * images / communicator.world_size();
}

Subject Evaluator::subject_of(std::int64_t image) const {
  const auto num_prompts = static_cast<std::int64_t>(prompts_.lines.size());
  const std::int64_t images = assembly_.config.evaluation.images;
  const std::int64_t row = images <= num_prompts ? image * num_prompts / images  // evenly spread
                                                 : image % num_prompts;
  return {.caption = prompts_.lines[static_cast<std::size_t>(row)], .sample = image};
}

Evaluator::Pictures Evaluator::pictures(const model::LowRankAdapter* adapter) const {
  const auto pixels = assembly_.generator.decode.autoencoder().config().downscale();
  const auto [channels, height, width] = assembly_.generator.latent_CHW;
  std::vector<at::Tensor> drawn{at::empty({0, height * pixels, width * pixels, 3}, at::kByte)};
  Pictures result{.scores = std::vector<std::vector<double>>(scores_.size())};
  for (std::int64_t image = first_; image < last_; ++image) {
    const Subject subject = subject_of(image);
    const Drawing drawing = drawer_.draw(subject, adapter);
    drawn.push_back(model::to_pixels_BHWC(drawing.image_BCHW));
    result.divergences.push_back(drawing.divergence);
    const auto values = measured(scores_, drawn.back(), subject.caption);
    for (std::size_t s = 0; s < scores_.size(); ++s) result.scores[s].push_back(values[s]);
  }
  result.pixels_NHWC = at::cat(drawn);
  return result;
}

EvaluationReport Evaluator::evaluate(std::int64_t step) {
  if (!base_.pixels_NHWC.defined()) base_ = pictures(nullptr);
  const Pictures policy = pictures(&assembly_.adapter);
  EvaluationReport report{.step = step,
                          .images = assembly_.config.evaluation.images,
                          .divergence_kind = measure_of(assembly_.config.objective).divergence};
  report.divergence = mean_of(dist::gather_in_rank_order(communicator_, policy.divergences));
  for (std::size_t s = 0; s < scores_.size(); ++s) {
    const auto base = dist::gather_in_rank_order(communicator_, base_.scores[s]);
    const auto trained = dist::gather_in_rank_order(communicator_, policy.scores[s]);
    report.scores.push_back({.name = std::string(scores_[s]->name()),
                             .base = mean_of(base),
                             .policy = mean_of(trained),
                             .standard_error = paired_standard_error(base, trained)});
  }
  report.base_pixels_NHWC = gather_pictures(communicator_, base_.pixels_NHWC);
  report.policy_pixels_NHWC = gather_pictures(communicator_, policy.pixels_NHWC);
  return report;
}

}  // namespace rocm::launcher
