// SPDX-License-Identifier: Apache-2.0
#include "launcher/sweep/sweep_axes.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "data/printable.hpp"
#include "dist/base/contract.hpp"
#include "launcher/config/described.hpp"
#include "launcher/sweep/value_text.hpp"

namespace rocm::launcher {
namespace {

constexpr std::string_view kSweepForm = "write \"objective.beta\" = [0.1, 1.0], say";

/// "reward[0].weight" and "reward.0.weight" are one key.
std::string plain_key(const std::string& key, const std::string& where) {
  std::string plain;
  for (const std::string& part : parts_of_key(key, where)) plain = key_path(plain, part);
  return plain;
}

const Setting::List& list_in(const Setting& setting, const std::string& key) {
  const auto* list = std::get_if<Setting::List>(&setting.value);
  require(list != nullptr,
          {.where = setting.where,
           .problem = fmt::format("sweep.{} is {}", data::printable(key), kind_of(setting)),
           .because = "a swept key has a list of values",
           .advice = std::string(kSweepForm)});
  return *list;
}

/// The columns in a table of [sweep], whose keys may be dotted names or tables of keys.
void collect_columns(const Setting::Table& table, const std::string& prefix,
                     std::vector<SweepColumn>& columns) {
  for (const NamedSetting& entry : table) {
    const std::string key = plain_key(key_path(prefix, entry.name), entry.where);
    if (const auto* inner = std::get_if<Setting::Table>(&entry.setting.value))
      collect_columns(*inner, key, columns);
    else
      columns.push_back({key, entry.where, list_in(entry.setting, key)});
  }
}

SweepAxis zipped_axis(const Setting& setting) {
  SweepAxis axis;
  if (const auto* table = std::get_if<Setting::Table>(&setting.value))
    collect_columns(*table, "", axis.columns);
  require(!axis.columns.empty(), {.where = setting.where,
                                  .problem = "sweep.zip holds no lists",
                                  .because = "those below it go together",
                                  .advice = std::string(kSweepForm) + ", below [sweep.zip]"});
  return axis;
}

void add_zipped(const Setting& setting, std::vector<SweepAxis>& axes) {
  const auto* groups = std::get_if<Setting::List>(&setting.value);
  if (groups == nullptr) return axes.push_back(zipped_axis(setting));
  for (const Setting& group : *groups) axes.push_back(zipped_axis(group));
}

void replace_values(const Setting::List& values, const std::string& where, SweepAxis& axis,
                    SweepColumn& column) {
  column.values = values;
  column.where = where;
  axis.left.clear();
}

void leave_value(const Setting& value, const std::string& where, SweepAxis& axis,
                 SweepColumn& column) {
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < axis.num_left(); ++i) {
    const std::size_t row = axis.row_left(i);
    const bool there = row < column.values.size();  // lists of a zip may still differ in length
    if (there && value_text(column.values[row]) == value_text(value)) rows.push_back(row);
  }
  if (rows.empty() && axis.columns.size() == 1) return replace_values({value}, where, axis, column);
  require(
      !rows.empty(),
      {.where = where,
       .problem = fmt::format("no row of the zip has {} = {}", data::printable(column.key),
                              data::printable(value_text(value))),
       .because = "--set leaves the rows with this value",
       .advice = fmt::format("name one that is there, or change the file at {}", column.where)});
  axis.left = std::move(rows);
}

}  // namespace

std::vector<SweepAxis> take_sweep_axes(Setting::Table& settings, const std::string& file) {
  const auto found = std::ranges::find(settings, "sweep", &NamedSetting::name);
  require(found != settings.end(), {.where = data::printable(file),
                                    .problem = "there is no [sweep]",
                                    .because = "it lists the keys and values to go through",
                                    .advice = "add the table, or use rocm-dist train"});
  const NamedSetting sweep = *found;
  settings.erase(found);
  const auto* table = std::get_if<Setting::Table>(&sweep.setting.value);
  require(table != nullptr, {.where = sweep.where,
                             .problem = fmt::format("sweep is {}", kind_of(sweep.setting)),
                             .because = "it is a table of lists",
                             .advice = std::string(kSweepForm)});
  std::vector<SweepAxis> axes;
  for (const NamedSetting& entry : *table) {
    if (entry.name == "zip") {
      add_zipped(entry.setting, axes);
      continue;
    }
    std::vector<SweepColumn> columns;
    collect_columns({entry}, "", columns);
    for (SweepColumn& column : columns) axes.push_back({{std::move(column)}});
  }
  require(!axes.empty(), {.where = sweep.where,
                          .problem = "[sweep] is empty",
                          .because = "it lists the keys and values to go through",
                          .advice = std::string(kSweepForm)});
  return axes;
}

bool override_axes(const Override& change, std::vector<SweepAxis>& axes) {
  constexpr std::string_view kPrefix = "sweep.";
  const std::string where = data::printable(change.flag);
  const bool list = change.key.starts_with(kPrefix);
  const std::string key = plain_key(list ? change.key.substr(kPrefix.size()) : change.key, where);
  for (SweepAxis& axis : axes) {
    const auto column = std::ranges::find(axis.columns, key, &SweepColumn::key);
    if (column == axis.columns.end()) continue;
    const Setting value = parse_toml_value(change.value, where);
    list ? replace_values(list_in(value, key), where, axis, *column)
         : leave_value(value, where, axis, *column);
    return true;
  }
  require(!list, {.where = where,
                  .problem = data::printable(key) + " is not swept",
                  .because = "--set sweep.KEY gives a key of [sweep] other values",
                  .advice = "add it to [sweep]"});
  return false;
}

}  // namespace rocm::launcher
