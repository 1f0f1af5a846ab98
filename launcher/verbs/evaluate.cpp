// SPDX-License-Identifier: Apache-2.0
#include <ATen/core/grad_mode.h>

#include "data/atomic_file.hpp"
#include "data/printable.hpp"
#include "data/sha256.hpp"
#include "dist/base/log.hpp"
#include "launcher/comparison.hpp"
#include "launcher/comparison_text.hpp"
#include "launcher/evaluation_plan.hpp"
#include "launcher/policy_meter.hpp"
#include "launcher/rank_group.hpp"
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
  const auto measures_LPS = PolicyMeter(ranks, plan).measure();
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
