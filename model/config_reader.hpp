// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace rocm::model {

/// Reads one model's config.json. Absent keys and nulls give the fallback, which is the default of
/// the reference's class; a wrong type, or a number out of 1 ... 2^20, throws Failure(kInput)
/// naming `where` and the key. Unknown keys are ignored. Must not outlive the JSON.
class ConfigReader {
 public:
  ConfigReader(const nlohmann::json& json, std::string where);

  [[nodiscard]] std::int64_t integer(std::string_view key, std::int64_t fallback) const;
  [[nodiscard]] std::optional<std::int64_t> optional_integer(std::string_view key) const;
  [[nodiscard]] double number(std::string_view key, double fallback) const;
  /// The epsilon of a norm: greater than 0, at most 1.
  [[nodiscard]] double epsilon(std::string_view key, double fallback) const;
  [[nodiscard]] bool flag(std::string_view key, bool fallback) const;
  [[nodiscard]] std::string text(std::string_view key, std::string fallback) const;
  [[nodiscard]] std::vector<std::int64_t> integers(std::string_view key,
                                                   std::vector<std::int64_t> fallback) const;
  [[nodiscard]] std::vector<std::string> texts(std::string_view key,
                                               std::vector<std::string> fallback) const;

  /// One number for all levels, or a list of one number for each.
  [[nodiscard]] std::vector<std::int64_t> per_level(std::string_view key, std::size_t levels,
                                                    std::int64_t fallback) const;

  /// A nested object; nullptr when it is absent or null.
  [[nodiscard]] const nlohmann::json* object(std::string_view key) const;

  /// Whether the key is present and not null.
  [[nodiscard]] bool states(std::string_view key) const;

  /// Throws unless the key is absent, null or the one value that is computed here.
  void expect_only(std::string_view key, const nlohmann::json& supported) const;

  /// The same where the reference takes an explicit null for something else than the default.
  void expect_only_not_null(std::string_view key, const nlohmann::json& supported) const;

  /// Throws Failure(kInput): the value of `key` is not computed here.
  [[noreturn]] void refuse(std::string_view key, std::string_view supported) const;

 private:
  /// The value, or nullptr when it is absent or null.
  [[nodiscard]] const nlohmann::json* find(std::string_view key) const;

  const nlohmann::json& json_;
  std::string where_;
};

}  // namespace rocm::model
