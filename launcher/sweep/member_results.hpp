// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "launcher/sweep/member_state.hpp"
#include "launcher/sweep/sweep_plan.hpp"

namespace rocm::launcher {

/// The final figures of a run by name, in the order of a table's columns:
///   step, reward, divergence, beta, elapsed_s       last line of metrics.jsonl; elapsed_s is the
///   sum
///                                                   over all attempts [s]
///   evaluation_step, evaluation_divergence          last line of evaluation.jsonl, if there is one
///   NAME_base, NAME_policy, NAME_difference, NAME_standard_error         per score, of that line
using Figures = std::vector<std::pair<std::string, double>>;

/// Throws Failure(kInput) for a file that is not what a run writes.
[[nodiscard]] Figures final_figures(const std::filesystem::path& run_folder);

/// What a sweep came to: a row per member, a column per figure. A member that is not done has none.
struct SweepResults {
  std::vector<std::string> names;  ///< of the columns
  std::vector<std::vector<std::optional<double>>> rows;
};

[[nodiscard]] SweepResults collect_results(const SweepPlan& plan,
                                           const std::vector<MemberState>& states);

/// What a swept key is called beside figures: `reward` is the key of a table and a figure, too.
[[nodiscard]] std::string column_of_key(const std::string& key, const SweepResults& results);

/// RFC 4180, a line of titles first: id, state, swept keys, figures. Floats read back to the same
/// bits; what is missing is empty.
[[nodiscard]] std::string results_csv(const SweepPlan& plan, const std::vector<MemberState>& states,
                                      const SweepResults& results);

/// The same as an HDF5 file for xarray: members along `member`, whose coordinates are the ids, with
/// `state` and the swept keys as further coordinates; a missing figure is NaN. Replaces the file.
/// Throws Failure(kStorage).
void write_results(const std::filesystem::path& path, const SweepPlan& plan,
                   const std::vector<MemberState>& states, const SweepResults& results);

}  // namespace rocm::launcher
