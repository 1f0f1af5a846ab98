// SPDX-License-Identifier: Apache-2.0
#include "launcher/config/notation.hpp"

#include <cmath>

namespace rocm::launcher {

bool in_range(double value, const Field& field) {
  return std::isfinite(value) && value >= field.at_least && value <= field.at_most &&
         value > field.more_than && value < field.less_than;
}

std::string range_text(const Field& field) {
  const Field unbounded;
  std::vector<std::string> bounds;
  if (field.at_least > unbounded.at_least)
    bounds.push_back(fmt::format("at least {}", field.at_least));
  if (field.more_than > unbounded.more_than)
    bounds.push_back(fmt::format("more than {}", field.more_than));
  if (field.at_most < unbounded.at_most) bounds.push_back(fmt::format("at most {}", field.at_most));
  if (field.less_than < unbounded.less_than)
    bounds.push_back(fmt::format("less than {}", field.less_than));
  return bounds.empty() ? "" : fmt::format(" of {}", fmt::join(bounds, " and "));
}

std::optional<std::string> Notation<std::string>::read(const Setting& setting, const Field&) {
  const auto* text = std::get_if<std::string>(&setting.value);
  return text == nullptr ? std::nullopt : std::optional(*text);
}

std::string Notation<std::string>::write(const std::string& value) {
  return toml_string(value);
}

std::string Notation<std::string>::expected(const Field&) {
  return "text in quotes";
}

std::optional<bool> Notation<bool>::read(const Setting& setting, const Field&) {
  const auto* value = std::get_if<bool>(&setting.value);
  return value == nullptr ? std::nullopt : std::optional(*value);
}

std::string Notation<bool>::write(bool value) {
  return value ? "true" : "false";
}

std::string Notation<bool>::expected(const Field&) {
  return "true or false";
}

std::optional<std::int64_t> Notation<std::int64_t>::read(const Setting& setting,
                                                         const Field& field) {
  const auto* value = std::get_if<std::int64_t>(&setting.value);
  if (value == nullptr || !in_range(static_cast<double>(*value), field)) return std::nullopt;
  return *value;
}

std::string Notation<std::int64_t>::write(std::int64_t value) {
  return std::to_string(value);
}

std::string Notation<std::int64_t>::expected(const Field& field) {
  return "an integer" + range_text(field);
}

std::optional<double> Notation<double>::read(const Setting& setting, const Field& field) {
  const auto* integer = std::get_if<std::int64_t>(&setting.value);
  const auto* number = std::get_if<double>(&setting.value);
  if (integer == nullptr && number == nullptr) return std::nullopt;
  const double value = number != nullptr ? *number : static_cast<double>(*integer);
  return in_range(value, field) ? std::optional(value) : std::nullopt;
}

std::string Notation<double>::write(double value) {
  const std::string shortest = fmt::format("{}", value);  // reads back to the same bits
  const bool looks_integer = shortest.find_first_of(".e") == std::string::npos;
  return looks_integer ? shortest + ".0" : shortest;
}

std::string Notation<double>::expected(const Field& field) {
  return "a number" + range_text(field);
}

}  // namespace rocm::launcher
