// SPDX-License-Identifier: Apache-2.0
#include "launcher/config_validation.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "data/printable.hpp"
#include "dist/base/contract.hpp"
#include "launcher/config/notation.hpp"

namespace rocm::launcher {
namespace {

constexpr std::size_t kLongestName = 200;  ///< bytes; leaves room for what is put behind it

void validate_run(const RunConfig& run) {
  const bool plain = !run.name.empty() && run.name != "." && run.name != ".." &&
                     std::ranges::none_of(run.name, [](unsigned char c) {
                       return c == '/' || c < 0x20 || c == 0x7f;
                     });
  require(plain, {.where = "run.name",
                  .problem = fmt::format("\"{}\" cannot name a folder", data::printable(run.name)),
                  .because = "the run folder is run.output/run.name",
                  .advice = "choose a name without slashes and control characters"});
  require(run.name.size() <= kLongestName,
          {.where = "run.name",
           .problem = fmt::format("{} bytes are too many", run.name.size()),
           .because = "it names a folder, and file systems take 255",
           .advice = fmt::format("use at most {}", kLongestName)});
  require(!run.output.empty(), {.where = "run.output",
                                .problem = "it is empty",
                                .because = "the run folder is run.output/run.name",
                                .advice = "write \".\" for the current folder"});
}

void validate_lora(const LoraConfig& lora) {
  const std::set<std::string> distinct(lora.targets.begin(), lora.targets.end());
  require(
      !distinct.empty() && !distinct.contains("") && distinct.size() == lora.targets.size(),
      {.where = "lora.targets",
       .problem = fmt::format("[{}] is no list of layers",
                              data::printable(fmt::format("{}", fmt::join(lora.targets, ", ")))),
       .because = "it must name at least one layer, and each once",
       .advice = "use [\"to_q\", \"to_k\", \"to_v\", \"to_out.0\"]"});
}

bool has_gradient(ScoreName name) {
  return name != ScoreName::kShapes && name != ScoreName::kJpegCompressibility &&
         name != ScoreName::kJpegIncompressibility;
}

/// So far the scores without weights are those without a gradient.
bool needs_path(ScoreName name) {
  return has_gradient(name);
}

void validate_gradient(ScoreName reward, MethodName method, const std::string& where) {
  require(has_gradient(reward) || !is_first_order(method),
          {.where = where,
           .problem = fmt::format("{} cannot be a reward of objective.method \"{}\"",
                                  name_of(reward), name_of(method)),
           .because = "it has no gradient, and the method follows the gradient of the reward",
           .advice = "use it in [[evaluation.score]], or a policy-gradient method: rlcm, ddpo, "
                     "dpok or d3po"});
}

void validate_rewards(const std::vector<RewardConfig>& rewards, MethodName method) {
  std::set<ScoreName> seen;
  for (std::size_t i = 0; i < rewards.size(); ++i) {
    const ScoreName name = rewards[i].name;
    const std::string where = fmt::format("reward.{}", i);
    validate_gradient(name, method, where);
    validate(rewards[i].score(), where);
    require(seen.insert(name).second,
            {.where = where,
             .problem = fmt::format("{} is given twice", name_of(name)),
             .because = "metrics.jsonl has one column reward/NAME for each",
             .advice = "keep one of them, with the sum of their weights"});
  }
}

/// Methods that reinforce have no divergence in their loss, and of a gradient through the last step
/// alone it would have nothing (ReFL) or a share (DRaFT-LV).
void validate_regulariser(const ObjectiveConfig& objective) {
  const bool none = objective.divergence == objective::DivergenceKind::kNone;
  require(none || (objective.late_steps == 0 && objective.extra_draws == 0),
          {.where = "objective.divergence",
           .problem = fmt::format("{} does not go with {}", name_of(objective.divergence),
                                  objective.late_steps > 0 ? "late_steps" : "extra_draws"),
           .because = "its gradient goes through the last step alone, of which a divergence has "
                      "nothing or a part",
           .advice = "leave one of them out; objective.measure_every measures a divergence"});

  require(is_first_order(objective.method) || none,
          {.where = "objective.divergence",
           .problem = fmt::format("{} does not regularise by {}", name_of(objective.method),
                                  name_of(objective.divergence)),
           .because = "its loss is its authors'",
           .advice = "leave objective.divergence out; objective.measure_every measures one"});
}

void validate_beta(const ObjectiveConfig& objective) {
  const bool constant = objective.beta_schedule == objective::BetaSchedule::kConstant;
  require(
      constant || std::holds_alternative<double>(objective.beta),
      {.where = "objective.beta_schedule",
       .problem = fmt::format("{} needs a number to start from", name_of(objective.beta_schedule)),
       .because = "objective.beta is \"auto\", which follows the reward",
       .advice = "set objective.beta to a number, or objective.beta_schedule = \"constant\""});
  require(objective.beta != NumberOr<double, BetaChoice>(BetaChoice::kAuto) ||
              objective.divergence != objective::DivergenceKind::kNone,
          {.where = "objective.beta",
           .problem = "\"auto\" has nothing to weigh",
           .because = "objective.divergence is \"none\"",
           .advice = "name a divergence, or leave objective.beta out"});
}

/// A divergence that never gets a weight would be one that is silently not used.
void validate_pull(const Config& config) {
  const ObjectiveConfig& objective = config.objective;
  if (objective.divergence == objective::DivergenceKind::kNone) return;
  const auto& weights = objective.transition_weights;
  require(weights.empty() || std::ranges::any_of(weights, [](double w) { return w > 0.0; }),
          {.where = "objective.transition_weights",
           .problem = "all are 0",
           .because = "nothing of the divergence would be left",
           .advice = "give one transition a weight, or set objective.divergence = \"none\""});
  require(std::holds_alternative<double>(objective.beta) ||
              objective.beta_probe < config.run.iterations,
          {.where = "objective.beta_probe",
           .problem = fmt::format("{} steps leave none with a pull", objective.beta_probe),
           .because = fmt::format("run.iterations is {}", config.run.iterations),
           .advice = "probe for fewer steps, or set objective.beta to a number"});
}

/// What only methods that climb gradients through the sampler can do.
void validate_first_order(const ObjectiveConfig& objective) {
  const bool truncates =
      objective.truncate != NumberOr<std::int64_t, TruncateRule>(TruncateRule::kAll);
  const bool asked = truncates || objective.extra_draws > 0 || objective.late_steps > 0;
  require(!asked || is_first_order(objective.method),
          {.where = "objective",
           .problem = fmt::format("{} takes no truncate, extra_draws and late_steps",
                                  name_of(objective.method)),
           .because = "it does not differentiate the sampler",
           .advice = "leave them out"});
  require(!truncates || objective.late_steps == 0,
          {.where = "objective.truncate",
           .problem = "it does nothing beside objective.late_steps",
           .because = "their gradient goes through the late step alone",
           .advice = "leave one of them out"});
  const bool last_only = objective.truncate == NumberOr<std::int64_t, TruncateRule>(1);
  require(objective.extra_draws == 0 || (last_only && objective.late_steps == 0),
          {.where = "objective.extra_draws",
           .problem = "only the last step can be drawn again",
           .because = "gradients flow through more than that",
           .advice = "set objective.truncate = 1, as objective.method = \"draft\" does"});
}

void validate_objective(const Config& config) {
  const ObjectiveConfig& objective = config.objective;
  require(objective.measure_every == 0 || objective.measure != objective::DivergenceKind::kNone,
          {.where = "objective.measure",
           .problem = "none cannot be measured",
           .because = fmt::format("objective.measure_every = {} asks for a divergence",
                                  objective.measure_every),
           .advice = "name a divergence, or set objective.measure_every = 0"});
  validate_first_order(objective);
  validate_regulariser(objective);
  validate_beta(objective);
  validate_pull(config);
}

/// Steps that a key counts cannot outnumber the sampler's.
void validate_steps(std::string_view key, std::int64_t count, std::int64_t steps) {
  require(count <= steps, {.where = std::string(key),
                           .problem = fmt::format("{} steps are too many", count),
                           .because = fmt::format("model.steps is {}", steps),
                           .advice = fmt::format("use at most {}", steps)});
}

void validate_sampling(const Config& config) {
  require(config.model.steps >= 2,
          {.where = "model.steps",
           .problem = "one step cannot be trained here",
           .because = "what is regularised and recorded are the transitions between steps",
           .advice = "use at least 2; sample takes 1, too"});
  if (const auto* last = std::get_if<std::int64_t>(&config.objective.truncate))
    validate_steps("objective.truncate", *last, config.model.steps);
  validate_steps("objective.late_steps", config.objective.late_steps, config.model.steps);
  if (const auto* kept = std::get_if<std::int64_t>(&config.model.checkpoint))
    validate_steps("model.checkpoint", *kept, config.model.steps);
}

std::vector<std::int64_t> divisors(std::int64_t number) {
  std::vector<std::int64_t> all;
  for (std::int64_t d = 1; d <= number; ++d) {
    if (number % d == 0) all.push_back(d);
  }
  return all;
}

/// Samples that are compared with each other go through the networks together.
void validate_groups(const Config& config) {
  const std::int64_t group = samples_per_group(config.objective.method);
  require(
      config.data.micro_batch % group == 0,
      {.where = "data.micro_batch",
       .problem = fmt::format("{} cannot hold whole groups of {}", config.data.micro_batch, group),
       .because = fmt::format("{} compares {} pictures of each prompt",
                              name_of(config.objective.method), group),
       .advice = fmt::format("use a multiple of {}", group)});
}

void validate_policy_gradient(const Config& config) {
  const PolicyGradientConfig& learning = config.policy_gradient;
  require(!learning.include_last_step || config.objective.method == MethodName::kRlcm,
          {.where = "policy_gradient.include_last_step",
           .problem = fmt::format("it does not belong to {}", name_of(config.objective.method)),
           .because = "only the last step of a consistency model draws no noise",
           .advice = "leave it out, or use objective.method = \"rlcm\""});
  require(learning.statistics_buffer >= learning.statistics_min_count,
          {.where = "policy_gradient.statistics_buffer",
           .problem = fmt::format("{} rewards never reach statistics_min_count = {}",
                                  learning.statistics_buffer, learning.statistics_min_count),
           .because = "every prompt would be judged by the batch for ever",
           .advice = "keep at least as many as are wanted"});
}

void validate_batch(const DataConfig& data) {
  require(data.batch_size % data.micro_batch == 0,
          {.where = "data.micro_batch",
           .problem = fmt::format("{} does not divide data.batch_size = {}", data.micro_batch,
                                  data.batch_size),
           .because = "every forward pass has the same shape",
           .advice = fmt::format("use one of {}", fmt::join(divisors(data.batch_size), ", "))});
}

void validate_records(const RecordsConfig& records) {
  const std::set<RecordField> distinct(records.fields.begin(), records.fields.end());
  require(distinct.size() == records.fields.size(), {.where = "records.fields",
                                                     .problem = "a field is named twice",
                                                     .because = "each is recorded once",
                                                     .advice = "name each field once"});
}

void validate_backend(const Config& config) {
  require(config.dist.backend != Backend::kNccl || config.model.device != Device::kCpu,
          {.where = "dist.backend",
           .problem = "nccl cannot sum what is on a CPU",
           .because = "model.device is \"cpu\"",
           .advice = "use \"mpi\" or \"auto\""});
}

/// Rewards are measured, too; the same score once more is left out (evaluator.cpp).
void validate_evaluation(const Config& config) {
  std::map<ScoreName, ScoreConfig> seen;
  for (const RewardConfig& reward : config.reward) seen.emplace(reward.name, reward.score());
  for (std::size_t i = 0; i < config.evaluation.score.size(); ++i) {
    const ScoreConfig& score = config.evaluation.score[i];
    const std::string where = fmt::format("evaluation.score.{}", i);
    validate(score, where);
    require(seen.emplace(score.name, score).first->second == score,
            {.where = where,
             .problem = fmt::format("{} is given with two paths", name_of(score.name)),
             .because = "evaluation.jsonl has one entry for each name, of rewards and scores",
             .advice = "measure the other one afterwards: rocm-dist evaluate --score"});
  }
}

}  // namespace

void validate(const ScoreConfig& score, const std::string& where) {
  require(score.path.has_value() == needs_path(score.name),
          {.where = where,
           .problem = fmt::format("{} {}", name_of(score.name),
                                  score.path ? "takes no path" : "has no path"),
           .because = score.path ? "it is a rule, without weights"
                                 : "its weights must come from somewhere",
           .advice = score.path ? "remove the path" : "add the path of its weights"});
}

void validate(const Config& config) {
  validate_run(config.run);
  validate_lora(config.lora);
  validate_rewards(config.reward, config.objective.method);
  validate_objective(config);
  validate_sampling(config);
  validate_batch(config.data);
  validate_groups(config);
  validate_policy_gradient(config);
  validate_records(config.records);
  validate_backend(config);
  validate_evaluation(config);
}

void validate_world_size(const DataConfig& data, int world_size) {
  const std::int64_t units = data.batch_size / data.micro_batch;
  const std::int64_t per_round = data.micro_batch * world_size;
  const std::int64_t smaller = data.batch_size / per_round * per_round;
  require(units % world_size == 0,
          {.where = "data.batch_size",
           .problem = fmt::format("{} units of {} cannot be dealt evenly to {} ranks", units,
                                  data.micro_batch, world_size),
           .because = "every rank takes the same share of a batch",
           .advice = fmt::format("start {} ranks, or use data.batch_size = {}",
                                 fmt::join(divisors(units), ", "),
                                 smaller > 0 ? fmt::format("{} or {}", smaller, smaller + per_round)
                                             : std::to_string(per_round))});
}

}  // namespace rocm::launcher
