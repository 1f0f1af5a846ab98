// SPDX-License-Identifier: Apache-2.0
#include "launcher/config/setting.hpp"

#include <algorithm>
#include <array>
#include <type_traits>
#include <utility>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "data/printable.hpp"
#include "dist/base/contract.hpp"
#include "launcher/config/toml_characters.hpp"

namespace rocm::launcher {
namespace {

std::string place(const std::string& file, const toml::source_region& source) {
  return fmt::format("{}:{}:{}", data::printable(file), source.begin.line, source.begin.column);
}

/// Copies toml++'s tree into ours, so that no other file needs to know toml++.
class Importer {
 public:
  enum class Places { kInText, kWhole };

  /// kInText: every setting is at name:line:column; kWhole: everything is at `name`.
  Importer(const std::string& name, Places places) : name_(name), places_(places) {}

  [[nodiscard]] Setting::Table table(const toml::table& from) const {
    Setting::Table to;
    for (const toml::key* key : in_order_of_appearance(from))
      to.push_back({std::string(key->str()), where(key->source()), setting(*from.get(*key))});
    return to;
  }

 private:
  [[nodiscard]] static std::vector<const toml::key*> in_order_of_appearance(
      const toml::table& table) {
    std::vector<const toml::key*> keys;
    for (const auto& [key, node] : table) keys.push_back(&key);
    std::ranges::sort(keys, {}, [](const toml::key* key) {
      return std::pair(key->source().begin.line, key->source().begin.column);
    });
    return keys;
  }

  [[nodiscard]] std::string where(const toml::source_region& source) const {
    return places_ == Places::kInText ? place(name_, source) : name_;
  }

  [[nodiscard]] Setting setting(const toml::node& node) const {
    Setting to;
    to.where = where(node.source());
    node.visit([&](const auto& typed) { take(typed, to); });
    return to;
  }

  void take(const toml::table& from, Setting& to) const { to.value = table(from); }

  void take(const toml::array& from, Setting& to) const {
    Setting::List& list = to.value.emplace<Setting::List>();
    for (const toml::node& node : from) list.push_back(setting(node));
  }

  template <class T>
  void take(const toml::value<T>& from, Setting& to) const {
    if constexpr (std::is_constructible_v<decltype(Setting::value), T>)
      to.value = from.get();
    else
      to.value = DateSetting{};
  }

  const std::string& name_;
  Places places_;
};

}  // namespace

std::string_view kind_of(const Setting& setting) {
  constexpr auto kNames = std::to_array<std::string_view>(
      {"a table", "a list", "text", "an integer", "a number", "true or false", "a date"});
  static_assert(kNames.size() == std::variant_size_v<decltype(Setting::value)>);
  return kNames.at(setting.value.index());
}

const NamedSetting* find(const Setting::Table& table, std::string_view name) {
  const auto entry = std::ranges::find(table, name, &NamedSetting::name);
  return entry == table.end() ? nullptr : &*entry;
}

NamedSetting* find(Setting::Table& table, std::string_view name) {
  const auto entry = std::ranges::find(table, name, &NamedSetting::name);
  return entry == table.end() ? nullptr : &*entry;
}

Setting::Table parse_toml(std::string_view text, const std::string& file) {
  if (const auto stray = stray_character_at(text)) {
    const std::string_view before = text.substr(0, *stray);
    const auto line = 1 + std::ranges::count(before, '\n');
    fail(ExitCode::kUsage, {.where = fmt::format("{}:{}:{}", data::printable(file), line,
                                                 before.size() - (before.rfind('\n') + 1) + 1),
                            .problem = "a character that is not ASCII stands outside of a string",
                            .because = "TOML has such characters in strings and comments only",
                            .advice = "enclose the text in quotes"});
  }
  try {
    return Importer(file, Importer::Places::kInText).table(toml::parse(text, file));
  } catch (const toml::parse_error& error) {
    fail(ExitCode::kUsage, {.where = place(file, error.source()),
                            .problem = data::printable(error.description()),
                            .because = "the file is not valid TOML",
                            .advice = "correct this line; toml.io describes the format"});
  }
}

Setting parse_toml_value(const std::string& value, const std::string& where) {
  const Setting text{value, where};
  if (stray_character_at(value)) return text;
  try {
    const toml::table parsed = toml::parse("value = " + value);
    // A line break in the value could smuggle in a second key.
    if (parsed.size() != 1) return text;
    return Importer(where, Importer::Places::kWhole).table(parsed).front().setting;
  } catch (const toml::parse_error&) {
    return text;  // what is not TOML is text: nobody wants to quote for TOML and for the shell
  }
}

std::string toml_string(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      quoted += std::string{'\\', c};
    else if (byte < 0x20 || byte == 0x7f)
      quoted += fmt::format("\\u{:04x}", byte);
    else
      quoted += c;
  }
  return quoted + '"';
}

}  // namespace rocm::launcher
