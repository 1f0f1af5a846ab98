// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace rocm::launcher {

struct NamedSetting;

/// A TOML date or time: valid TOML that no key of ours takes.
struct DateSetting {};

/// One value as a person wrote it, and where. The tree of settings is what files and flags have in
/// common; ConfigReader gives it meaning.
struct Setting {
  using List = std::vector<Setting>;
  using Table = std::vector<NamedSetting>;  ///< in the order of the names

  std::variant<Table, List, std::string, std::int64_t, double, bool, DateSetting> value;
  std::string where;  ///< "run.toml:2:9", or the flag that gave it
};

struct NamedSetting {
  std::string name;
  std::string where;  ///< of the name
  Setting setting;
};

/// "text", "an integer", "a list": for messages.
[[nodiscard]] std::string_view kind_of(const Setting& setting);

/// The entry of that name, or null if there is none.
[[nodiscard]] const NamedSetting* find(const Setting::Table& table, std::string_view name);
[[nodiscard]] NamedSetting* find(Setting::Table& table, std::string_view name);

/// Parses TOML text. Throws Failure(kUsage) at file:line:column if it is not TOML.
[[nodiscard]] Setting::Table parse_toml(std::string_view text, const std::string& file);

/// One value as --set gives it: TOML if it is TOML, else text. `where` is the flag.
[[nodiscard]] Setting parse_toml_value(const std::string& value, const std::string& where);

/// `text` as a TOML string, quotes and escapes included. It must be UTF-8 to be read back.
[[nodiscard]] std::string toml_string(std::string_view text);

}  // namespace rocm::launcher
