// SPDX-License-Identifier: Apache-2.0
#include "launcher/policy_meter.hpp"

#include <filesystem>

#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>
#include <fmt/format.h>

#include "dist/base/log.hpp"
#include "launcher/dealt_work.hpp"
#include "launcher/score_catalogue.hpp"
#include "model/image_decoder.hpp"

namespace rocm::launcher {
namespace {

constexpr double kAsTrained = 1.0;  ///< of an adapter's effect

Progress progress_over(std::int64_t pictures) {
  return Progress({.what = "picture",
                   .total = pictures,
                   .unit = "pictures",
                   .columns = terminal_columns(),
                   .show_bar = [](const std::string& bar) { Log::redraw(bar); },
                   .show_line = [](const std::string& line) { Log::info(line); }});
}

}  // namespace

PolicyMeter::PolicyMeter(RankGroup& ranks, const EvaluationPlan& plan)
    : ranks_(ranks),
      plan_(plan),
      computation_(ranks.together(
          [&] { return computation_of(plan.config.model, ranks.topology().local_rank); })),
      scores_(ranks.together([&] { return load_scores(); })) {
  const auto policies = static_cast<std::int64_t>(plan.policies.size());
  if (ranks.first()) progress_ = progress_over(plan.samples() * policies);
}

std::vector<at::Tensor> PolicyMeter::measure() {
  std::vector<at::Tensor> of_policies;
  for (const data::ComparedPolicy& policy : plan_.policies) of_policies.push_back(measure(policy));
  return at::stack(of_policies).unbind(-1);
}

Scores PolicyMeter::load_scores() const {
  std::vector<std::filesystem::path> files;
  ScoreCatalogue catalogue(computation_, files);
  Scores scores;
  for (const ScoreConfig& score : plan_.scores) scores.push_back(catalogue.score(score));
  return scores;
}

AdaptedGenerator PolicyMeter::load(const data::ComparedPolicy& policy) const {
  std::optional<std::filesystem::path> lora;
  if (!policy.adapter.empty()) lora = policy.adapter;
  return load_adapted_generator(plan_.config.model, computation_, lora, kAsTrained);
}

at::Tensor PolicyMeter::measure(const data::ComparedPolicy& policy) {
  AdaptedGenerator loaded = ranks_.together([&] { return load(policy); });
  const PictureDrawer drawer(loaded.generator, computation_,
                             static_cast<std::uint64_t>(plan_.config.run.seed), plan_.measure);
  const auto* adapter = loaded.adapter ? &*loaded.adapter : nullptr;
  const auto values = measure_dealt(
      ranks_.communicator(), ranks_.topology(), plan_.samples(),
      [&](std::int64_t sample) { return measure_sample(drawer, adapter, sample); },
      [&](std::int64_t done) {
        if (progress_) progress_->update(done_ + done, ", " + policy.name);
      });
  done_ += plan_.samples();
  // All prompts come before the second picture of any: data::sample_of.
  const auto num_prompts = static_cast<std::int64_t>(plan_.prompts.lines.size());
  return at::tensor(values, at::kDouble).view({plan_.seeds, num_prompts, -1}).transpose(0, 1);
}

std::vector<double> PolicyMeter::measure_sample(const PictureDrawer& drawer,
                                                const model::LowRankAdapter* adapter,
                                                std::int64_t sample) const {
  const auto prompt = static_cast<std::size_t>(sample) % plan_.prompts.lines.size();
  const std::string& caption = plan_.prompts.lines[prompt];
  const Drawing drawing = drawer.draw({.caption = caption, .sample = sample}, adapter);
  require_finite(drawing.image_BCHW, sample);
  auto values = measured(scores_, model::to_pixels_BHWC(drawing.image_BCHW), caption);
  for (std::size_t s = 0; s < scores_.size(); ++s)
    require_finite_score(values[s], scores_[s]->name(), fmt::format("picture {}", sample));
  values.push_back(drawing.divergence);
  return values;
}

}  // namespace rocm::launcher
