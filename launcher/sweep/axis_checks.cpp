// SPDX-License-Identifier: Apache-2.0
#include "launcher/sweep/axis_checks.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "data/printable.hpp"
#include "dist/base/contract.hpp"
#include "launcher/sweep/value_text.hpp"

namespace rocm::launcher {
namespace {

[[noreturn]] void refuse_axis(const std::string& where, const std::string& problem,
                              const std::string& because, const std::string& advice) {
  fail(ExitCode::kUsage,
       {.where = where, .problem = problem, .because = because, .advice = advice});
}

void check_column(const SweepColumn& column) {
  constexpr std::array<std::string_view, 2> kOwn = {"run.name", "run.output"};
  if (std::ranges::find(kOwn, column.key) != kOwn.end())
    refuse_axis(column.where, column.key + " cannot be swept",
                "a member's folder is run.output/run.name/ID", "leave it out");
  if (column.values.empty())
    refuse_axis(column.where, data::printable(column.key) + " has no values",
                "a product with an empty list is empty",
                "write \"objective.beta\" = [0.1, 1.0], say");
  for (const Setting& value : column.values)
    if (std::holds_alternative<Setting::Table>(value.value))
      refuse_axis(
          value.where, data::printable(column.key) + " has a table for a value",
          "keys are swept one by one, and arrays of tables as a whole",
          "sweep its keys, together below [sweep.zip]; for rewards write [[{...}], [{...}]]");
}

void check_label(const SweepColumn& label, const SweepAxis& axis) {
  if (axis.columns.size() == 1)
    refuse_axis(label.where, "label stands alone", "it names what the lists beside it set",
                "put it below [sweep.zip], with other lists");
  for (const Setting& value : label.values)
    if (!std::holds_alternative<std::string>(value.value))
      refuse_axis(value.where, fmt::format("a label is {}", kind_of(value)),
                  "it is part of the runs' names", "write it in quotes");
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
  std::set<std::vector<std::string>> rows;
  for (std::size_t row = 0; row < axis.length(); ++row) {
    const auto [found, distinct] = rows.insert(row_of(axis, row));
    const SweepColumn& first = axis.columns.front();
    if (!distinct)
      refuse_axis(first.values[row].where,
                  fmt::format("{} = {} comes twice", data::printable(first.key),
                              data::printable(found->front())),
                  "two members would be the same run", "keep one of them");
  }
}

bool is_inside(const std::string& key, const std::string& outer) {
  return key == outer || key.starts_with(outer + '.');
}

}  // namespace

void check_axes(const std::vector<SweepAxis>& axes) {
  std::vector<const SweepColumn*> seen;
  for (const SweepAxis& axis : axes) {
    for (const SweepColumn& column : axis.columns) {
      check_column(column);
      if (column.is_label()) check_label(column, axis);
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
