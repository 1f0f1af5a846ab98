// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <fmt/format.h>

#include "data/printable.hpp"
#include "dist/base/log.hpp"
#include "launcher/standard_output.hpp"
#include "launcher/sweep/member_results.hpp"
#include "launcher/sweep/member_state.hpp"
#include "launcher/sweep/plan_table.hpp"
#include "launcher/sweep/slurm_array.hpp"
#include "launcher/sweep/sweep_plan.hpp"
#include "launcher/sweep/sweep_run.hpp"
#include "launcher/verbs/verbs.hpp"

namespace rocm::launcher {
namespace {

ExitCode print_plan(const SweepPlan& plan) {
  const auto states = states_of(plan);
  print_result(plan_table(plan, states));
  Log::info(counts_text(states));
  return ExitCode::kOk;
}

ExitCode print_status(const SweepPlan& plan, ReportFormat format) {
  const auto states = states_of(plan);
  print_result(format == ReportFormat::kJson
                   ? plan_json(plan, states)
                   : plan_table(plan, states) + counts_text(states) + '\n');
  return ExitCode::kOk;
}

ExitCode run_members(const SweepPlan& plan, const SweepRequest& request) {
  SweepRunOptions options{.jobs = static_cast<std::size_t>(request.jobs.value_or(1))};
  if (request.ranks) options.ranks = static_cast<int>(*request.ranks);
  return SweepRun(plan, options).run();
}

ExitCode emit_slurm(const SweepPlan& plan, const SweepRequest& request) {
  SlurmArrayOptions options{.ranks = static_cast<int>(request.ranks.value_or(1))};
  if (request.jobs) options.jobs = static_cast<std::size_t>(*request.jobs);
  const auto script = write_slurm_array(plan, options, *request.output);
  Log::info(fmt::format("{} members; set size and time in the script, then submit it",
                        plan.members.size()));
  print_result(data::printable_path(script) + '\n');
  return ExitCode::kOk;
}

ExitCode collect_members(const SweepPlan& plan, const SweepRequest& request) {
  const auto states = states_of(plan);
  const SweepResults results = collect_results(plan, states);
  if (request.output) write_results(*request.output, plan, states, results);
  print_result(results_csv(plan, states, results));
  const auto missing = std::ranges::count_if(
      states, [](const MemberState& state) { return state.status != MemberStatus::kDone; });
  if (missing > 0)
    Log::warn(fmt::format("{}: members that are not done have empty cells", counts_text(states)));
  return ExitCode::kOk;
}

}  // namespace

ExitCode execute(const SweepRequest& request) {
  const auto ranks = static_cast<int>(request.ranks.value_or(1));
  const SweepPlan plan = plan_sweep(request.config, request.overrides, ranks);
  switch (request.action) {
    case SweepAction::kPlan:
      return print_plan(plan);
    case SweepAction::kRun:
      return run_members(plan, request);
    case SweepAction::kEmitSlurm:
      return emit_slurm(plan, request);
    case SweepAction::kStatus:
      return print_status(plan, request.format);
    case SweepAction::kCollect:
      return collect_members(plan, request);
  }
  throw ContractViolation("a known action");
}

}  // namespace rocm::launcher
