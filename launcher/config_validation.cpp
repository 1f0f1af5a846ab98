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
#include "launcher/objective_validation.hpp"

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
