// SPDX-License-Identifier: Apache-2.0
#include "launcher/sweep/value_text.hpp"

#include <cctype>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "data/sha256.hpp"

namespace rocm::launcher {
namespace {

constexpr std::size_t kLongestValueName = 48;
constexpr std::size_t kDigestDigits = 6;

std::string inline_table(const Setting::Table& table) {
  std::vector<std::string> entries;
  for (const NamedSetting& entry : table)
    entries.push_back(fmt::format("{} = {}", entry.name, value_text(entry.setting)));
  return fmt::format("{{{}}}", fmt::join(entries, ", "));
}

std::string inline_list(const Setting::List& list) {
  std::vector<std::string> elements;
  for (const Setting& element : list) elements.push_back(value_text(element));
  return fmt::format("[{}]", fmt::join(elements, ", "));
}

std::string file_safe(std::string_view text) {
  std::string name;
  for (const char c : text) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 ||
                       std::string_view("._+-").find(c) != std::string_view::npos;
    name += plain ? c : '_';
  }
  if (name.starts_with('.') || name.starts_with('-')) name.front() = '_';
  return name.empty() ? "empty" : name;
}

/// Of a reward: 0.5pickscore.
std::string table_name(const Setting::Table& table) {
  const NamedSetting* name = find(table, "name");
  const NamedSetting* weight = find(table, "weight");
  const std::string factor = weight == nullptr ? "" : value_text(weight->setting);
  return (factor == "1" ? "" : factor) + (name == nullptr ? "table" : value_name(name->setting));
}

std::string list_name(const Setting::List& list) {
  std::vector<std::string> names;
  for (const Setting& element : list) names.push_back(value_name(element));
  return fmt::format("{}", fmt::join(names, "+"));
}

std::string whole_name(const Setting& value) {
  if (const auto* text = std::get_if<std::string>(&value.value)) return file_safe(*text);
  if (const auto* table = std::get_if<Setting::Table>(&value.value)) return table_name(*table);
  if (const auto* list = std::get_if<Setting::List>(&value.value))
    return file_safe(list_name(*list));
  return value_text(value);
}

}  // namespace

std::string value_text(const Setting& value) {
  if (const auto* table = std::get_if<Setting::Table>(&value.value)) return inline_table(*table);
  if (const auto* list = std::get_if<Setting::List>(&value.value)) return inline_list(*list);
  if (const auto* text = std::get_if<std::string>(&value.value)) return toml_string(*text);
  if (const auto* integer = std::get_if<std::int64_t>(&value.value))
    return std::to_string(*integer);
  if (const auto* number = std::get_if<double>(&value.value)) return fmt::format("{}", *number);
  if (const auto* flag = std::get_if<bool>(&value.value)) return *flag ? "true" : "false";
  return std::string(kind_of(value));
}

std::string plain_text(const Setting& value) {
  const auto* text = std::get_if<std::string>(&value.value);
  return text == nullptr ? value_text(value) : *text;
}

std::string value_name(const Setting& value) {
  const std::string name = whole_name(value);
  if (name.size() <= kLongestValueName) return name;
  return name.substr(0, kLongestValueName - kDigestDigits - 1) + '.' + value_digest(value);
}

std::string value_digest(const Setting& value) {
  return data::sha256_of(value_text(value)).substr(0, kDigestDigits);
}

}  // namespace rocm::launcher
