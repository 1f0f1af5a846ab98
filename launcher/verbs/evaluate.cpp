// SPDX-License-Identifier: Apache-2.0
#include <optional>

#include <ATen/core/grad_mode.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>
#include <fmt/format.h>

#include "data/atomic_file.hpp"
#include "data/printable.hpp"
#include "data/sha256.hpp"
#include "dist/base/log.hpp"
#include "launcher/comparison.hpp"
#include "launcher/comparison_text.hpp"
#include "launcher/dealt_work.hpp"
#include "launcher/evaluation_plan.hpp"
#include "launcher/fixed_adapter.hpp"
#include "launcher/progress.hpp"
#include "launcher/rank_group.hpp"
#include "launcher/score_catalogue.hpp"
#include "launcher/scoring.hpp"
#include "launcher/standard_output.hpp"
#include "launcher/threads.hpp"
#include "launcher/verbs/verbs.hpp"

namespace rocm::launcher {
namespace {

constexpr std::string_view kDivergence = "divergence";

/// All ranks must evaluate the same.
void require_same_plan(RankGroup& ranks, const EvaluationPlan& plan) {
  std::string text;
  for (const auto& policy : plan.policies) text += policy.name + policy.sha256;
  for (const auto& prompt : plan.prompts.lines) text += prompt + "\n";
  for (const auto& [name, value] : attributes_of(plan))
    if (const auto* words = std::get_if<std::string>(&value)) text += name + *words;
  const std::string digest = data::sha256_of(text);
  dist::require_same_everywhere(ranks.communicator(), ranks.topology(),
                                "configuration, prompts and adapters",
                                std::as_bytes(std::span(digest)), ExitCode::kUsage);
}

/// Draws and measures the pictures of one policy after the other.
class Evaluation {
 public:
  Evaluation(RankGroup& ranks, const EvaluationPlan& plan)
      : ranks_(ranks),
        plan_(plan),
        computation_(ranks.together(
            [&] { return computation_of(plan.config.model, ranks.topology().local_rank); })),
        scores_(ranks.together([&] { return load_scores(); })) {
    if (!ranks.first()) return;
    progress_.emplace(
        Progress::Options{.what = "picture",
                          .total = pictures(),
                          .unit = "pictures",
                          .columns = terminal_columns(),
                          .show_bar = [](const std::string& bar) { Log::redraw(bar); },
                          .show_line = [](const std::string& line) { Log::info(line); }});
  }

  /// Of every measure, the scores in their order and then the divergence: [policy, prompt, seed],
  /// float64. Collective; equal on all ranks.
  std::vector<at::Tensor> measure() {
    std::vector<at::Tensor> of_policies;
    for (const data::ComparedPolicy& policy : plan_.policies)
      of_policies.push_back(measure(policy));
    return at::stack(of_policies).unbind(-1);
  }

 private:
  [[nodiscard]] std::int64_t pictures() const {
    return plan_.samples() * static_cast<std::int64_t>(plan_.policies.size());
  }

  [[nodiscard]] Scores load_scores() const {
    std::vector<std::filesystem::path> files;
    ScoreCatalogue catalogue(computation_, files);
    Scores scores;
    for (const ScoreConfig& score : plan_.scores) scores.push_back(catalogue.score(score));
    return scores;
  }

  [[nodiscard]] AdaptedGenerator load(const data::ComparedPolicy& policy) const {
    const bool base = policy.adapter.empty();
    return load_adapted_generator(
        plan_.config.model, computation_,
        base ? std::nullopt : std::optional<std::filesystem::path>(policy.adapter), 1.0);
  }

  /// [prompt, seed, measure]
  at::Tensor measure(const data::ComparedPolicy& policy) {
    AdaptedGenerator adapted = ranks_.together([&] { return load(policy); });
    const PictureDrawer drawer(adapted.generator, computation_,
                               static_cast<std::uint64_t>(plan_.config.run.seed), plan_.measure);
    const auto* adapter = adapted.adapter ? &*adapted.adapter : nullptr;
    const auto values = measure_dealt(
        ranks_.communicator(), ranks_.topology(), plan_.samples(),
        [&](std::int64_t sample) { return measured_picture(drawer, adapter, sample, policy); },
        [&](std::int64_t done) {
          if (progress_) progress_->update(done_ + done, ", " + policy.name);
        });
    done_ += plan_.samples();
    // Samples count through the prompts first: data::sample_of.
    return at::tensor(values, at::kDouble)
        .view({plan_.seeds, static_cast<std::int64_t>(plan_.prompts.lines.size()), -1})
        .transpose(0, 1);
  }

  [[nodiscard]] std::vector<double> measured_picture(const PictureDrawer& drawer,
                                                     const model::LowRankAdapter* adapter,
                                                     std::int64_t sample,
                                                     const data::ComparedPolicy& policy) const {
    const auto prompt = static_cast<std::size_t>(sample) % plan_.prompts.lines.size();
    const std::string& caption = plan_.prompts.lines[prompt];
    const Drawing drawing = drawer.draw({.caption = caption, .sample = sample}, adapter);
    require_finite(drawing.image_BCHW, sample);
    auto values = measured(scores_, model::to_pixels_BHWC(drawing.image_BCHW), caption);
    for (std::size_t s = 0; s < scores_.size(); ++s)
      require_finite_score(values[s], scores_[s]->name(),
                           fmt::format("picture {} of {}", sample, policy.name));
    values.push_back(drawing.divergence);
    return values;
  }

  RankGroup& ranks_;
  const EvaluationPlan& plan_;
  Computation computation_;
  Scores scores_;
  std::optional<Progress> progress_;
  std::int64_t done_ = 0;  ///< pictures of the policies before
};

data::ComparisonRecord record_of(const EvaluationPlan& plan,
                                 const std::vector<at::Tensor>& measures_LPS) {
  const Bootstrap bootstrap;
  data::ComparisonRecord record{.policies = plan.policies,
                                .prompts = plan.prompts.lines,
                                .seeds = plan.seeds,
                                .attributes = attributes_of(plan)};
  record.attributes.emplace_back("interval", "percentile bootstrap over prompts");
  record.attributes.emplace_back("confidence", bootstrap.confidence);
  record.attributes.emplace_back("resamples", bootstrap.resamples);
  for (std::size_t m = 0; m < plan.scores.size(); ++m) {
    const std::string name(name_of(plan.scores[m].name));
    record.measures.push_back(
        compared(name, "raw score " + name, measures_LPS[m].contiguous(), bootstrap));
  }
  record.measures.push_back(compared(std::string(kDivergence),
                                     "sum over transitions of the divergence from the base model",
                                     measures_LPS.back().contiguous(), bootstrap));
  return record;
}

}  // namespace

ExitCode execute(const EvaluateRequest& request) {
  const at::NoGradGuard no_grad;
  RankGroup ranks;
  const EvaluationPlan plan = ranks.together([&] { return evaluation_plan(request); });
  use_threads(plan.config.run.threads);
  ranks.allow(plan.config.dist.timeout_s);
  ranks.together([&] {
    if (ranks.first()) data::require_writable_place(request.output);
  });
  require_same_plan(ranks, plan);
  const auto measures_LPS = Evaluation(ranks, plan).measure();
  ranks.together([&] {
    if (!ranks.first()) return;
    const data::ComparisonRecord record = record_of(plan, measures_LPS);
    data::write_comparison_record(request.output, record);
    const bool table = request.format == ComparisonFormat::kTable;
    print_result(table ? comparison_table(record) : comparison_lines(record));
    Log::info("wrote " + data::printable_path(request.output));
  });
  return ExitCode::kOk;
}

}  // namespace rocm::launcher
