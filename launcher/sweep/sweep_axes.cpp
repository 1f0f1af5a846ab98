// SPDX-License-Identifier: Apache-2.0
#include "launcher/sweep/sweep_axes.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "data/printable.hpp"
#include "dist/base/contract.hpp"
#include "launcher/config/described.hpp"
#include "launcher/sweep/value_text.hpp"

namespace rocm::launcher {
namespace {

constexpr std::string_view kForm = "write \"objective.beta\" = [0.1, 1.0], say";

[[noreturn]] void refuse_axis(const std::string& where, const std::string& problem,
                              const std::string& because, const std::string& advice) {
  fail(ExitCode::kUsage,
       {.where = where, .problem = problem, .because = because, .advice = advice});
}

/// "reward[0].weight" and "reward.0.weight" are one key.
std::string plain_key(const std::string& key, const std::string& where) {
  std::string plain;
  for (const std::string& part : parts_of_key(key, where)) plain = key_path(plain, part);
  return plain;
}

const Setting::List& list_in(const Setting& setting, const std::string& key) {
  const auto* list = std::get_if<Setting::List>(&setting.value);
  if (list == nullptr)
    refuse_axis(setting.where,
                fmt::format("sweep.{} is {}", data::printable(key), kind_of(setting)),
                "a swept key has a list of values", std::string(kForm));
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
  const auto* table = std::get_if<Setting::Table>(&setting.value);
  if (table == nullptr || table->empty())
    refuse_axis(setting.where, "sweep.zip holds no columns", "its lists go together",
                "write each as \"KEY\" = [...] below [sweep.zip]");
  SweepAxis axis;
  collect_columns(*table, "", axis.columns);
  return axis;
}

void add_zipped(const Setting& setting, std::vector<SweepAxis>& axes) {
  const auto* groups = std::get_if<Setting::List>(&setting.value);
  if (groups == nullptr) return axes.push_back(zipped_axis(setting));
  for (const Setting& group : *groups) axes.push_back(zipped_axis(group));
}

void check_column(const SweepColumn& column) {
  constexpr std::array<std::string_view, 2> kOwn = {"run.name", "run.output"};
  if (std::ranges::find(kOwn, column.key) != kOwn.end())
    refuse_axis(column.where, column.key + " cannot be swept",
                "a member's folder is run.output/run.name/ID", "leave it out");
  if (column.values.empty())
    refuse_axis(column.where, data::printable(column.key) + " has no values",
                "a product with an empty list is empty", std::string(kForm));
  for (const Setting& value : column.values)
    if (std::holds_alternative<Setting::Table>(value.value))
      refuse_axis(
          value.where, data::printable(column.key) + " has a table for a value",
          "keys are swept one by one, and arrays of tables as a whole",
          "sweep its keys, together below [sweep.zip]; for rewards write [[{...}], [{...}]]");
}

/// The values of one member along an axis, as text.
std::vector<std::string> row_of(const SweepAxis& axis, std::size_t row) {
  std::vector<std::string> texts;
  for (const SweepColumn& column : axis.columns) texts.push_back(value_text(column.values[row]));
  return texts;
}

void check_lengths(const SweepAxis& axis) {
  const SweepColumn& first = axis.columns.front();
  for (const SweepColumn& column : axis.columns)
    if (column.values.size() != axis.length())
      refuse_axis(column.where,
                  fmt::format("{} has {} values and {} has {}", data::printable(column.key),
                              column.values.size(), data::printable(first.key), axis.length()),
                  "the lists below [sweep.zip] go together", "give them one length");
}

void check_rows(const SweepAxis& axis) {
  std::vector<std::vector<std::string>> rows;
  for (std::size_t row = 0; row < axis.length(); ++row) {
    rows.push_back(row_of(axis, row));
    const SweepColumn& first = axis.columns.front();
    if (std::ranges::count(rows, rows.back()) > 1)
      refuse_axis(first.values[row].where,
                  fmt::format("{} = {} comes twice", data::printable(first.key),
                              data::printable(rows.back().front())),
                  "two members would be the same run", "keep one of them");
  }
}

bool is_inside(const std::string& key, const std::string& outer) {
  return key == outer || key.starts_with(outer + '.');
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
                             .advice = std::string(kForm)});
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
                          .advice = std::string(kForm)});
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
    column->values = list ? list_in(value, key) : Setting::List{value};
    column->where = where;
    return true;
  }
  if (list)
    refuse_axis(where, data::printable(key) + " is not swept",
                "--set sweep.KEY gives a key of [sweep] other values", "add it to [sweep]");
  return false;
}

void check_axes(const std::vector<SweepAxis>& axes) {
  std::vector<const SweepColumn*> seen;
  for (const SweepAxis& axis : axes) {
    for (const SweepColumn& column : axis.columns) {
      check_column(column);
      for (const SweepColumn* other : seen)
        if (is_inside(column.key, other->key) || is_inside(other->key, column.key))
          refuse_axis(column.where,
                      fmt::format("{} and {} are both swept", data::printable(other->key),
                                  data::printable(column.key)),
                      "one value would overwrite the other", "keep one of them");
      seen.push_back(&column);
    }
    check_lengths(axis);
    check_rows(axis);
  }
}

}  // namespace rocm::launcher
