// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "dist/base/field.hpp"
#include "launcher/config/described.hpp"
#include "launcher/config/notation.hpp"
#include "launcher/config/setting.hpp"

namespace rocm::launcher {

/// A key as it was given: what a message needs to know.
struct GivenKey {
  std::string key;
  const Field& field;
  const Setting& setting;
};

/// Throws Failure(kUsage): the value is not what the key takes.
[[noreturn]] void refuse_value(const GivenKey& given, const std::string& expected);
/// Throws Failure(kUsage): the key must be given.
[[noreturn]] void refuse_absence(const std::string& key, const Field& field,
                                 const std::string& file);

/// Fills described structs from a table of settings; what is not set keeps its default.
class ConfigReader {
 public:
  /// `table` is the dotted name of these settings; `file` stands for all of them in messages.
  ConfigReader(const Setting::Table& settings, std::string table, std::string file)
      : settings_(settings), table_(std::move(table)), file_(std::move(file)) {}

  template <class T>
  void operator()(T& value, const Field& field) const {
    const std::string key = key_path(table_, field.name);
    if (const NamedSetting* entry = find(settings_, field.name))
      assign(value, {key, field, entry->setting});
    else if (field.presence == Presence::kRequired)
      refuse_absence(key, field, file_);
    else if constexpr (Described<T>)
      find_required_keys(value, key);
  }

 private:
  template <class T>
  void assign(T& value, const GivenKey& given) const {
    auto read = Notation<T>::read(given.setting, given.field);
    if (!read) refuse_value(given, Notation<T>::expected(given.field));
    value = *std::move(read);
  }

  template <Optional T>
  void assign(T& value, const GivenKey& given) const {
    assign(value.emplace(), given);
  }

  template <Described T>
  void assign(T& value, const GivenKey& given) const {
    const auto* table = std::get_if<Setting::Table>(&given.setting.value);
    if (table == nullptr) refuse_value(given, "a table, written [" + given.key + "]");
    T::describe(value, ConfigReader(*table, given.key, given.setting.where));
  }

  template <DescribedList T>
  void assign(T& values, const GivenKey& given) const {
    const auto* list = std::get_if<Setting::List>(&given.setting.value);
    const bool required = given.field.presence == Presence::kRequired;
    if (list == nullptr || (required && list->empty()))
      refuse_value(given, "tables, each written [[" + given.key + "]]");
    values.clear();
    for (const Setting& element : *list)
      assign(values.emplace_back(), {given.key, given.field, element});
  }

  /// A table that is absent may be one that is needed.
  template <Described T>
  void find_required_keys(T& value, const std::string& key) const {
    const Setting::Table nothing;
    T::describe(value, ConfigReader(nothing, key, file_));
  }

  const Setting::Table& settings_;
  std::string table_;
  std::string file_;
};

}  // namespace rocm::launcher
