// SPDX-License-Identifier: Apache-2.0
#include "model/config_reader.hpp"

#include <cmath>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dist/base/contract.hpp"

namespace rocm::model {
namespace {

constexpr std::int64_t kLargestInteger = 1 << 20;
constexpr std::size_t kLongestList = 64;
constexpr std::size_t kValueCharactersShown = 80;

bool is_size(const nlohmann::json& value) {
  if (!value.is_number_integer()) return false;
  if (value.is_number_unsigned()) {
    const auto number = value.get<std::uint64_t>();
    return number >= 1 && number <= static_cast<std::uint64_t>(kLargestInteger);
  }
  const auto number = value.get<std::int64_t>();
  return number >= 1 && number <= kLargestInteger;
}

template <class Predicate>
bool is_list_of(const nlohmann::json& value, Predicate predicate) {
  if (!value.is_array() || value.empty() || value.size() > kLongestList) return false;
  for (const nlohmann::json& entry : value)
    if (!predicate(entry)) return false;
  return true;
}

/// The value as ASCII JSON, cut: it comes from a file and goes to a terminal.
std::string shown(const nlohmann::json& value) {
  const auto handler = nlohmann::json::error_handler_t::replace;
  std::string text = value.dump(-1, ' ', /*ensure_ascii=*/true, handler);
  if (text.size() > kValueCharactersShown) text = text.substr(0, kValueCharactersShown) + "...";
  return text;
}

constexpr std::string_view kSize = "a whole number from 1 to 1048576";

}  // namespace

ConfigReader::ConfigReader(const nlohmann::json& json, std::string where)
    : json_(json), where_(std::move(where)) {
  if (json.is_object()) return;
  fail(ExitCode::kInput, {.where = where_,
                          .problem = "the configuration is not a JSON object",
                          .because = "a model's sizes are read from it",
                          .advice = "use the config.json that was published with the weights"});
}

const nlohmann::json* ConfigReader::find(std::string_view key) const {
  const auto found = json_.find(key);
  return found == json_.end() || found->is_null() ? nullptr : &*found;
}

void ConfigReader::refuse(std::string_view key, std::string_view supported) const {
  const auto found = json_.find(key);
  fail(ExitCode::kInput,
       {.where = where_,
        .problem = fmt::format("{} is {}", key, found == json_.end() ? "absent" : shown(*found)),
        .because = fmt::format("only {} is computed here", supported),
        .advice = "use a model whose configuration is a published one"});
}

std::int64_t ConfigReader::integer(std::string_view key, std::int64_t fallback) const {
  return optional_integer(key).value_or(fallback);
}

std::optional<std::int64_t> ConfigReader::optional_integer(std::string_view key) const {
  const nlohmann::json* value = find(key);
  if (value == nullptr) return std::nullopt;
  if (!is_size(*value)) refuse(key, kSize);
  return value->get<std::int64_t>();
}

double ConfigReader::number(std::string_view key, double fallback) const {
  const nlohmann::json* value = find(key);
  if (value == nullptr) return fallback;
  if (!value->is_number() || !std::isfinite(value->get<double>())) refuse(key, "a finite number");
  return value->get<double>();
}

double ConfigReader::epsilon(std::string_view key, double fallback) const {
  const double value = number(key, fallback);
  if (value <= 0.0 || value > 1.0) refuse(key, "a number above 0 and at most 1");
  return value;
}

bool ConfigReader::flag(std::string_view key, bool fallback) const {
  const nlohmann::json* value = find(key);
  if (value == nullptr) return fallback;
  if (!value->is_boolean()) refuse(key, "true or false");
  return value->get<bool>();
}

std::string ConfigReader::text(std::string_view key, std::string fallback) const {
  const nlohmann::json* value = find(key);
  if (value == nullptr) return fallback;
  if (!value->is_string()) refuse(key, "a text");
  return value->get<std::string>();
}

std::vector<std::int64_t> ConfigReader::integers(std::string_view key,
                                                 std::vector<std::int64_t> fallback) const {
  const nlohmann::json* value = find(key);
  if (value == nullptr) return fallback;
  if (!is_list_of(*value, is_size)) refuse(key, "a list of whole numbers");
  return value->get<std::vector<std::int64_t>>();
}

std::vector<std::string> ConfigReader::texts(std::string_view key,
                                             std::vector<std::string> fallback) const {
  const nlohmann::json* value = find(key);
  if (value == nullptr) return fallback;
  if (!is_list_of(*value, [](const nlohmann::json& entry) { return entry.is_string(); }))
    refuse(key, "a list of names");
  return value->get<std::vector<std::string>>();
}

std::vector<std::int64_t> ConfigReader::per_level(std::string_view key, std::size_t levels,
                                                  std::int64_t fallback) const {
  const nlohmann::json* value = find(key);
  if (value == nullptr || !value->is_array())
    return std::vector<std::int64_t>(levels, integer(key, fallback));
  std::vector<std::int64_t> list = integers(key, {});
  if (list.size() != levels) refuse(key, "one number for each entry of block_out_channels");
  return list;
}

const nlohmann::json* ConfigReader::object(std::string_view key) const {
  const nlohmann::json* value = find(key);
  if (value != nullptr && !value->is_object()) refuse(key, "an object");
  return value;
}

bool ConfigReader::states(std::string_view key) const {
  return find(key) != nullptr;
}

void ConfigReader::expect_only(std::string_view key, const nlohmann::json& supported) const {
  const nlohmann::json* value = find(key);
  if (value != nullptr && *value != supported) refuse(key, shown(supported));
}

void ConfigReader::expect_only_not_null(std::string_view key,
                                        const nlohmann::json& supported) const {
  const auto found = json_.find(key);
  if (found != json_.end() && *found != supported) refuse(key, shown(supported));
}

}  // namespace rocm::model
