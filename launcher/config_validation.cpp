// SPDX-License-Identifier: Apache-2.0
#include "launcher/config_validation.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "data/printable.hpp"
#include "dist/base/contract.hpp"
#include "launcher/config/notation.hpp"

namespace rocm::launcher {
namespace {

/// What a configuration may say but this version cannot do.
void require_available(bool available, std::string_view key, std::string_view value,
                       std::string_view instead) {
  require(available, {.where = std::string(key),
                      .problem = fmt::format("{} is not available", value),
                      .because = "this version of rocm-dist does not implement it yet",
                      .advice = fmt::format("use {}", instead)});
}

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

bool needs_path(ScoreName name) {
  return name != ScoreName::kShapes && name != ScoreName::kJpegCompressibility &&
         name != ScoreName::kJpegIncompressibility;
}

void validate_rewards(const std::vector<RewardConfig>& rewards) {
  std::set<ScoreName> seen;
  for (std::size_t i = 0; i < rewards.size(); ++i) {
    const ScoreName name = rewards[i].name;
    const std::string where = fmt::format("reward.{}", i);
    require(needs_path(name), {.where = where,
                               .problem = fmt::format("{} cannot be a reward", name_of(name)),
                               .because = "it has no gradient, and the method climbs gradients",
                               .advice = "use it in [[evaluation.score]]"});
    validate(rewards[i].score(), where);
    require(seen.insert(name).second,
            {.where = where,
             .problem = fmt::format("{} is given twice", name_of(name)),
             .because = "metrics.jsonl has one column reward/NAME for each",
             .advice = "keep one of them, with the sum of their weights"});
  }
}

/// Methods that reinforce have no divergence in their loss.
void validate_regulariser(const ObjectiveConfig& objective) {
  require(
      is_first_order(objective.method) || objective.divergence == objective::DivergenceKind::kNone,
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
  require(objective.beta != NumberOr<double, BetaRule>(BetaRule::kAuto) ||
              objective.divergence != objective::DivergenceKind::kNone,
          {.where = "objective.beta",
           .problem = "\"auto\" has nothing to weigh",
           .because = "objective.divergence is \"none\"",
           .advice = "name a divergence, or leave objective.beta out"});
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
  const bool last_only = objective.truncate == NumberOr<std::int64_t, TruncateRule>(1);
  require(objective.extra_draws == 0 || (last_only && objective.late_steps == 0),
          {.where = "objective.extra_draws",
           .problem = "only the last step can be drawn again",
           .because = "gradients flow through more than that",
           .advice = "set objective.truncate = 1, as objective.method = \"draft\" does"});
}

void validate_objective(const Config& config) {
  const ObjectiveConfig& objective = config.objective;
  require_available(objective.js_estimator == JsEstimator::kExact, "objective.js_estimator",
                    "sampled", "\"exact\"");
  require(objective.measure_every == 0 || objective.measure != objective::DivergenceKind::kNone,
          {.where = "objective.measure",
           .problem = "none cannot be measured",
           .because = fmt::format("objective.measure_every = {} asks for a divergence",
                                  objective.measure_every),
           .advice = "name a divergence, or set objective.measure_every = 0"});
  validate_regulariser(objective);
  validate_first_order(objective);
  validate_beta(objective);
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

void validate_evaluation(const EvaluationConfig& evaluation) {
  for (std::size_t i = 0; i < evaluation.score.size(); ++i)
    validate(evaluation.score[i], fmt::format("evaluation.score.{}", i));
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
  validate_rewards(config.reward);
  validate_objective(config);
  validate_sampling(config);
  validate_batch(config.data);
  validate_groups(config);
  validate_records(config.records);
  validate_backend(config);
  validate_evaluation(config.evaluation);
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
