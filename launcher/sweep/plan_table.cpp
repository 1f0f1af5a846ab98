// SPDX-License-Identifier: Apache-2.0
#include "launcher/sweep/plan_table.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "data/printable.hpp"
#include "launcher/sweep/value_text.hpp"
#include "launcher/text_table.hpp"

namespace rocm::launcher {
namespace {

TableRow title_row(const SweepPlan& plan) {
  TableRow row = {"id"};
  for (const std::string& key : plan.keys) row.push_back(data::printable(key));
  row.emplace_back("state");
  return row;
}

TableRow member_row(const SweepMember& member, const MemberState& state) {
  TableRow row = {member.id};
  for (const Setting& value : member.values) row.push_back(data::printable(value_text(value)));
  row.push_back(std::string(name_of(state.status)) + (state.note.empty() ? "" : ": ") + state.note);
  return row;
}

/// Numbers and truth values as such, everything else as text.
nlohmann::ordered_json value_json(const Setting& value) {
  if (const auto* text = std::get_if<std::string>(&value.value)) return *text;
  if (const auto* integer = std::get_if<std::int64_t>(&value.value)) return *integer;
  if (const auto* number = std::get_if<double>(&value.value)) return *number;
  if (const auto* flag = std::get_if<bool>(&value.value)) return *flag;
  return value_text(value);
}

}  // namespace

std::string plan_table(const SweepPlan& plan, const std::vector<MemberState>& states) {
  std::vector<TableRow> rows = {title_row(plan)};
  for (std::size_t i = 0; i < states.size(); ++i)
    rows.push_back(member_row(plan.members[i], states[i]));
  return aligned_table(rows);
}

std::string plan_json(const SweepPlan& plan, const std::vector<MemberState>& states) {
  auto members = nlohmann::ordered_json::array();
  std::map<std::string, std::int64_t> counts;
  for (std::size_t i = 0; i < states.size(); ++i) {
    const SweepMember& member = plan.members[i];
    nlohmann::ordered_json settings;
    for (std::size_t k = 0; k < plan.keys.size(); ++k)
      settings[plan.keys[k]] = value_json(member.values[k]);
    members.push_back({{"id", member.id},
                       {"settings", settings},
                       {"state", name_of(states[i].status)},
                       {"note", states[i].note}});
    ++counts[std::string(name_of(states[i].status))];
  }
  const nlohmann::ordered_json json = {
      {"folder", plan.folder.string()}, {"counts", counts}, {"members", members}};
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + '\n';
}

}  // namespace rocm::launcher
