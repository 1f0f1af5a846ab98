// SPDX-License-Identifier: Apache-2.0
#include "launcher/experiment_requests.hpp"

#include <algorithm>
#include <array>
#include <string>

#include <fmt/format.h>

#include "data/printable.hpp"
#include "launcher/given_choice.hpp"

namespace rocm::launcher {

template <>
inline constexpr auto kChoices<ComparisonFormat> = std::to_array<Choice<ComparisonFormat>>(
    {{ComparisonFormat::kTable, "table"}, {ComparisonFormat::kJsonLines, "jsonl"}});

template <>
inline constexpr auto kChoices<SweepAction> =
    std::to_array<Choice<SweepAction>>({{SweepAction::kPlan, "plan"},
                                        {SweepAction::kRun, "run"},
                                        {SweepAction::kEmitSlurm, "emit-slurm"},
                                        {SweepAction::kStatus, "status"},
                                        {SweepAction::kCollect, "collect"}});

namespace {

/// NAME or NAME=PATH.
ScoreConfig score_of(const GivenFlags& flags, const std::string& word) {
  const std::size_t equals = word.find('=');
  ScoreConfig score{.name = chosen<ScoreName>(flags, "score", word.substr(0, equals))};
  score.antialias = !flags.has("no-antialias");
  if (equals == std::string::npos) return score;
  score.path = word.substr(equals + 1);
  if (score.path->empty())
    flags.refuse(fmt::format("--score {} has no path behind =", data::printable(word)),
                 "its weights are read from there", "write NAME=PATH");
  return score;
}

/// What a run brings, a model must be given; what would contradict a run is refused.
void require_runs_or_model(const GivenFlags& flags) {
  const bool runs = flags.has("run");
  if (runs == flags.has("model"))
    flags.refuse(runs ? "--run and --model exclude each other" : "--run or --model is missing",
                 "a run says which model it is of", "give one of them");
  for (const std::string_view flag : {"lora", "config"})
    if (runs && flags.has(flag))
      flags.refuse(fmt::format("--{} goes with --model", flag), "a run has its own",
                   flag == "config" ? "change single keys with --set" : "leave it out");
  for (const std::string_view flag : {"checkpoint", "checkpoints"})
    if (!runs && flags.has(flag))
      flags.refuse(fmt::format("--{} goes with --run", flag), "a model has no checkpoints",
                   "name an adapter with --lora");
}

/// Flags that only some actions of sweep obey; --jobs may stand in one command line for all.
void refuse_idle_flags(const GivenFlags& flags, SweepAction action) {
  using enum SweepAction;

  struct Use {
    std::string_view flag;
    std::vector<SweepAction> actions;
  };

  const std::array uses = {Use{"ranks", {kPlan, kRun, kEmitSlurm}},
                           Use{"output", {kEmitSlurm, kCollect}}, Use{"json", {kStatus}}};
  for (const auto& [flag, actions] : uses)
    if (flags.has(flag) && std::ranges::find(actions, action) == actions.end())
      flags.refuse(fmt::format("{} takes no --{}", name_of(action), flag),
                   "it would have no effect", "leave it out");
}

}  // namespace

std::vector<ScoreConfig> scores_of(const GivenFlags& flags) {
  std::vector<ScoreConfig> scores;
  for (const std::string& word : flags.required_texts("score")) {
    const ScoreConfig score = score_of(flags, word);
    if (std::ranges::find(scores, score.name, &ScoreConfig::name) != scores.end())
      flags.refuse(fmt::format("--score {} is given twice", name_of(score.name)),
                   "its numbers would have the same name", "run the verb once for each");
    scores.push_back(score);
  }
  return scores;
}

Request evaluate_request(const GivenFlags& flags) {
  require_runs_or_model(flags);
  const bool runs = flags.has("run");
  EvaluateRequest request{
      .checkpoints = flags.has("checkpoints") ? CheckpointChoice::kAll : CheckpointChoice::kNamed,
      .checkpoint_steps = flags.whole_numbers("checkpoint"),
      .model = flags.path("model"),
      .lora = flags.path("lora"),
      .config = flags.path("config"),
      .overrides = flags.overrides(),
      .prompts = runs ? flags.path("prompts") : flags.required_path("prompts"),
      .scores = runs && !flags.has("score") ? std::vector<ScoreConfig>() : scores_of(flags),
      .seeds = flags.whole_number("seeds").value_or(1),
      .output = flags.required_path("output"),
      .format = chosen<ComparisonFormat>(flags, "format", flags.text("format").value_or("table"))};
  for (const std::string& run : flags.texts("run")) request.runs.emplace_back(run);
  return request;
}

Request sweep_request(const GivenFlags& flags) {
  const auto action = chosen_by<SweepAction>(flags, "action", flags.required_operand().string());
  refuse_idle_flags(flags, action);
  return SweepRequest{.action = action,
                      .config = flags.required_path("config"),
                      .overrides = flags.overrides(),
                      .jobs = flags.whole_number("jobs"),
                      .ranks = flags.whole_number("ranks"),
                      .output = action == SweepAction::kEmitSlurm ? flags.required_path("output")
                                                                  : flags.path("output"),
                      .format = flags.has("json") ? ReportFormat::kJson : ReportFormat::kText};
}

}  // namespace rocm::launcher
