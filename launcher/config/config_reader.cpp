// SPDX-License-Identifier: Apache-2.0
#include "launcher/config/config_reader.hpp"

#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "data/printable.hpp"
#include "dist/base/contract.hpp"

namespace rocm::launcher {
namespace {

constexpr std::size_t kLongestShownList = 8;

/// The value as text that is safe on a terminal; of tables and long lists the kind only.
std::string shown(const Setting& setting) {
  if (const auto* text = std::get_if<std::string>(&setting.value))
    return fmt::format("the text \"{}\"", data::printable(*text));
  if (const auto* integer = std::get_if<std::int64_t>(&setting.value))
    return std::to_string(*integer);
  if (const auto* number = std::get_if<double>(&setting.value)) return fmt::format("{}", *number);
  if (const auto* list = std::get_if<Setting::List>(&setting.value)) {
    if (list->empty() || list->size() > kLongestShownList)
      return fmt::format("a list of {}", list->size());
    std::vector<std::string> elements;
    for (const Setting& element : *list) elements.push_back(shown(element));
    return fmt::format("[{}]", fmt::join(elements, ", "));
  }
  return std::string(kind_of(setting));
}

}  // namespace

void refuse_value(const GivenKey& given, const std::string& expected) {
  fail(ExitCode::kUsage,
       {.where = given.setting.where,
        .problem = fmt::format("{} must be {}, not {}", given.key, expected, shown(given.setting)),
        .because = std::string(given.field.meaning),
        .advice = "rocm-dist train --print-defaults shows every key with its range"});
}

void refuse_absence(const std::string& key, const Field& field, const std::string& file) {
  const std::string example =
      field.example.empty() ? "a table [[" + key + "]]" : key + " = " + std::string(field.example);
  fail(ExitCode::kUsage, {.where = file,
                          .problem = key + " is missing",
                          .because = std::string(field.meaning),
                          .advice = "add " + example});
}

}  // namespace rocm::launcher
