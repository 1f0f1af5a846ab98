// SPDX-License-Identifier: Apache-2.0
#include "launcher/evaluation_plan.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "data/lora_file.hpp"
#include "data/merged_weights.hpp"
#include "data/model_directory.hpp"
#include "data/printable.hpp"
#include "dist/base/contract.hpp"
#include "dist/base/log.hpp"
#include "launcher/comparable_runs.hpp"
#include "launcher/config_validation.hpp"
#include "launcher/environment.hpp"
#include "launcher/evaluated_run.hpp"
#include "launcher/fixed_adapter.hpp"
#include "launcher/sample_settings.hpp"
#include "launcher/version.hpp"

namespace rocm::launcher {
namespace {

namespace fs = std::filesystem;

using Runs = std::vector<EvaluatedRun>;

[[noreturn]] void refuse_disagreement(std::string_view flag, const std::string& problem) {
  fail(ExitCode::kUsage, {.where = "rocm-dist evaluate",
                          .problem = fmt::format("{} is missing", flag),
                          .because = problem,
                          .advice = fmt::format("say with {} what is meant", flag)});
}

fs::path held_out_prompts_of(const Runs& runs) {
  std::set<std::string> files;
  for (const EvaluatedRun& run : runs) {
    const auto& own = run.config.evaluation.prompts;
    if (!own)
      Log::info(
          fmt::format("{}: evaluation.prompts is not set, so these are the prompts that it "
                      "was trained on",
                      run.name));
    files.insert(own.value_or(run.config.data.prompts));
  }
  if (files.size() > 1)
    refuse_disagreement("--prompts", fmt::format("the runs name {}", fmt::join(files, " and ")));
  return *files.begin();
}

void add_score(const ScoreConfig& score, std::vector<ScoreConfig>& scores) {
  const auto known = std::ranges::find(scores, score.name, &ScoreConfig::name);
  if (known == scores.end()) {
    scores.push_back(score);
  } else if (known->path != score.path || known->antialias != score.antialias) {
    refuse_disagreement(
        "--score", fmt::format("the runs have two kinds of {}: {} and {}", name_of(score.name),
                               known->path.value_or("no path"), score.path.value_or("no path")));
  }
}

std::vector<ScoreConfig> all_scores_of(const Runs& runs) {
  std::vector<ScoreConfig> scores;
  for (const EvaluatedRun& run : runs) {
    for (const RewardConfig& reward : run.config.reward) add_score(reward.score(), scores);
    for (const ScoreConfig& score : run.config.evaluation.score) add_score(score, scores);
  }
  return scores;
}

/// What the runs agree on, else the KL divergence: a comparison needs one scale.
DivergenceMeasure common_measure(const Runs& runs) {
  const DivergenceMeasure first = measure_of(runs.front().config.objective);
  const bool agreed = std::ranges::all_of(
      runs, [&](const auto& run) { return measure_of(run.config.objective) == first; });
  return agreed && first.divergence != objective::DivergenceKind::kNone ? first
                                                                        : DivergenceMeasure();
}

EvaluationPlan plan_of_runs(const EvaluateRequest& request) {
  const Runs runs = open_runs(request.runs, request.overrides);
  require_same_sampling(runs);
  EvaluationPlan plan{
      .config = runs.front().config,
      .prompts = data::read_prompts(request.prompts ? *request.prompts : held_out_prompts_of(runs)),
      .scores = request.scores.empty() ? all_scores_of(runs) : request.scores,
      .measure = common_measure(runs)};
  plan.policies.push_back({.name = std::string(data::kBaseName)});
  for (const EvaluatedRun& run : runs)
    for (data::ComparedPolicy& policy : policies_of(run, request))
      plan.policies.push_back(std::move(policy));
  return plan;
}

EvaluationPlan plan_of_model(const EvaluateRequest& request) {
  constexpr std::int64_t kUnknown = -1;
  const Config config = sample_settings({.model = *request.model,
                                         .prompts = *request.prompts,
                                         .config = request.config,
                                         .overrides = request.overrides});
  EvaluationPlan plan{.config = config,
                      .prompts = data::read_prompts(*request.prompts),
                      .scores = request.scores,
                      .measure = measure_of(config.objective)};
  plan.policies.push_back({.name = std::string(data::kBaseName)});
  if (request.lora)
    plan.policies.push_back({.name = "lora", .adapter = request.lora->string(), .step = kUnknown});
  return plan;
}

/// Also sees whether they fit: an evaluation takes hours, and would find out in the middle.
void digest_adapters(EvaluationPlan& plan) {
  auto model = data::ModelDirectory::open(plan.config.model.path, plan.config.model.variant);
  const std::vector<std::string> layers = adaptable_modules(model);
  const auto weights = model.weights("unet");
  for (data::ComparedPolicy& policy : plan.policies) {
    if (policy.adapter.empty()) continue;
    const auto file = data::read_lora(policy.adapter, layers);
    data::expect_fitting(weights, file.modules);
    std::vector<std::string> digests;
    for (const InputFile& input : digests_of(file.files)) digests.push_back(input.sha256);
    policy.sha256 = fmt::format("{}", fmt::join(digests, " "));
  }
}

std::string score_text(const ScoreConfig& score) {
  const std::string antialias = score.antialias ? "" : " (no antialias)";
  return fmt::format("{}{}{}{}", name_of(score.name), score.path ? "=" : "",
                     score.path.value_or(""), antialias);
}

std::string configuration_of(const EvaluationPlan& plan) {
  std::string text;
  for (const auto& [key, value] : sampling_settings(plan.config))
    text += fmt::format("{} = {}\n", key, value);
  return text + fmt::format("run.seed = {}\nrun.threads = {}\n", plan.config.run.seed,
                            plan.config.run.threads);
}

}  // namespace

EvaluationPlan evaluation_plan(const EvaluateRequest& request) {
  for (const ScoreConfig& score : request.scores) validate(score, "--score");
  EvaluationPlan plan = request.model ? plan_of_model(request) : plan_of_runs(request);
  plan.seeds = request.seeds;
  digest_adapters(plan);
  return plan;
}

std::vector<std::pair<std::string, data::HdfValue>> attributes_of(const EvaluationPlan& plan) {
  std::vector<std::string> scores;
  for (const ScoreConfig& score : plan.scores) scores.push_back(score_text(score));
  return {{"source", fmt::format("rocm-dist {} (git {})", release(), git_revision())},
          {"configuration", configuration_of(plan)},
          {"scores", fmt::format("{}", fmt::join(scores, " "))},
          {"divergence", std::string(name_of(plan.measure.divergence))},
          {"reduction", std::string(name_of(plan.measure.reduction))},
          {"seed", plan.config.run.seed}};
}

}  // namespace rocm::launcher
