// SPDX-License-Identifier: Apache-2.0
#include "launcher/sweep/member_results.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "data/delimited_text.hpp"
#include "data/json_file.hpp"
#include "data/printable.hpp"
#include "data/run/run_folder.hpp"
#include "data/run/run_log.hpp"
#include "dist/base/contract.hpp"
#include "launcher/evaluation_record.hpp"
#include "launcher/sweep/member_files.hpp"
#include "launcher/sweep/value_text.hpp"

namespace rocm::launcher {
namespace {

namespace fs = std::filesystem;

std::vector<nlohmann::json> json_lines(const fs::path& path) {
  std::vector<nlohmann::json> lines;
  for (const std::string& line : data::complete_lines(path)) {
    const std::string where = fmt::format("{}:{}", data::printable_path(path), lines.size() + 1);
    lines.push_back(data::parse_json(line, where));
    if (!lines.back().is_object())
      fail(ExitCode::kInput, {.where = where,
                              .problem = "this line is no JSON object",
                              .because = "a run writes one per step",
                              .advice = "rocm-dist inspect says more about the run folder"});
  }
  return lines;
}

/// Adds a figure unless it is missing, or null: it was not finite.
void add_number(Figures& figures, const std::string& name, const nlohmann::json& object,
                const char* key) {
  const auto found = object.find(key);
  if (found != object.end() && found->is_number()) figures.emplace_back(name, *found);
}

/// The clock of a run starts again with every attempt.
double total_elapsed_s(const std::vector<nlohmann::json>& steps) {
  double total_s = 0.0;
  double last_s = 0.0;
  for (const nlohmann::json& step : steps) {
    const auto found = step.find("elapsed_s");
    const double elapsed_s = found != step.end() && found->is_number() ? double(*found) : last_s;
    if (elapsed_s < last_s) total_s += last_s;
    last_s = elapsed_s;
  }
  return total_s + last_s;
}

void add_training(Figures& figures, const std::vector<nlohmann::json>& steps) {
  if (steps.empty()) return;
  for (const char* key : {"step", "reward", "divergence", "beta"})
    add_number(figures, key, steps.back(), key);
  figures.emplace_back("elapsed_s", total_elapsed_s(steps));
}

void add_evaluation(Figures& figures, const nlohmann::json& line) {
  add_number(figures, "evaluation_step", line, "step");
  add_number(figures, "evaluation_divergence", line, "divergence");
  for (const auto& [name, score] : line.items())
    if (score.is_object())
      for (const char* part : {"base", "policy", "difference", "standard_error"})
        add_number(figures, name + "_" + part, score, part);
}

std::vector<std::optional<double>> row_in(const std::vector<std::string>& names,
                                          const Figures& figures) {
  std::vector<std::optional<double>> row(names.size());
  for (const auto& [name, value] : figures)
    row[static_cast<std::size_t>(std::ranges::find(names, name) - names.begin())] = value;
  return row;
}

}  // namespace

Figures final_figures(const fs::path& run_folder) {
  Figures figures;
  add_training(figures, json_lines(data::RunFolder(run_folder).metrics()));
  const auto evaluations = json_lines(evaluations_of(data::RunFolder(run_folder)));
  if (!evaluations.empty()) add_evaluation(figures, evaluations.back());
  return figures;
}

SweepResults collect_results(const SweepPlan& plan, const std::vector<MemberState>& states) {
  SweepResults results;
  std::vector<Figures> all;
  for (std::size_t i = 0; i < states.size(); ++i) {
    const bool done = states[i].status == MemberStatus::kDone;
    all.push_back(done ? final_figures(member_folder(plan, plan.members[i])) : Figures());
    for (const auto& [name, value] : all.back())
      if (std::ranges::find(results.names, name) == results.names.end())
        results.names.push_back(name);
  }
  for (const Figures& figures : all) results.rows.push_back(row_in(results.names, figures));
  return results;
}

std::string column_of_key(const std::string& key, const SweepResults& results) {
  return std::ranges::find(results.names, key) == results.names.end() ? key : "sweep." + key;
}

std::string results_csv(const SweepPlan& plan, const std::vector<MemberState>& states,
                        const SweepResults& results) {
  std::string text = "id,state";
  for (const std::string& key : plan.keys)
    text += ',' + data::csv_field(column_of_key(key, results));
  for (const std::string& name : results.names) text += ',' + data::csv_field(name);
  text += '\n';
  for (std::size_t i = 0; i < plan.members.size(); ++i) {
    text += fmt::format("{},{}", plan.members[i].id, name_of(states[i].status));
    for (const Setting& value : plan.members[i].values)
      text += ',' + data::csv_field(plain_text(value));
    for (const auto& figure : results.rows[i])
      text += figure ? fmt::format(",{}", *figure) : std::string(",");
    text += '\n';
  }
  return text;
}

}  // namespace rocm::launcher
