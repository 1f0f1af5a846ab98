// SPDX-License-Identifier: Apache-2.0
#include "launcher/config/known_keys.hpp"

#include <algorithm>
#include <optional>

#include "data/printable.hpp"
#include "dist/base/contract.hpp"
#include "launcher/config.hpp"
#include "launcher/config/described.hpp"
#include "launcher/spelling.hpp"

namespace rocm::launcher {
namespace {

class KeyCollector {
 public:
  KeyCollector(std::string table, std::vector<std::string>& keys)
      : table_(std::move(table)), keys_(keys) {}

  template <class T>
  void operator()(T& value, const Field& field) {
    keys_.push_back(key_path(table_, field.name));
    if constexpr (Described<T>) T::describe(value, KeyCollector(keys_.back(), keys_));
    if constexpr (DescribedList<T>) {
      typename T::value_type element;
      T::value_type::describe(element, KeyCollector(keys_.back(), keys_));
    }
  }

 private:
  std::string table_;
  std::vector<std::string>& keys_;
};

std::string last_part(const std::string& key) {
  return key.substr(key.rfind('.') + 1);
}

/// Misspelt where it stands, or right but in another table.
std::optional<std::string> probably_meant(const std::string& key,
                                          const std::vector<std::string>& known) {
  const std::string table = key.substr(0, key.size() - last_part(key).size());
  std::vector<std::string> siblings;
  std::vector<std::string> namesakes;
  for (const std::string& candidate : known) {
    if (candidate.size() - last_part(candidate).size() == table.size() &&
        candidate.starts_with(table))
      siblings.push_back(last_part(candidate));
    if (last_part(candidate) == last_part(key)) namesakes.push_back(candidate);
  }
  if (const auto sibling = nearest(last_part(key), siblings)) return table + *sibling;
  if (!namesakes.empty()) return namesakes.front();
  return nearest(key, known);
}

[[noreturn]] void refuse(const NamedSetting& entry, const std::string& key,
                         const std::vector<std::string>& known) {
  const auto meant = probably_meant(key, known);
  const std::string hint = meant ? "did you mean " + *meant + "? " : "";
  fail(ExitCode::kUsage, {.where = entry.where,
                          .problem = "unknown key " + data::printable(key),
                          .because = "a misspelt key would silently train something else",
                          .advice = hint + "rocm-dist train --print-defaults lists the keys"});
}

void refuse_unknown(const Setting::Table& settings, const std::string& table,
                    const std::vector<std::string>& known);

/// Looks into tables, and into the tables of a list.
void refuse_unknown_in(const Setting& setting, const std::string& key,
                       const std::vector<std::string>& known) {
  if (const auto* table = std::get_if<Setting::Table>(&setting.value))
    refuse_unknown(*table, key, known);
  if (const auto* list = std::get_if<Setting::List>(&setting.value)) {
    for (const Setting& element : *list) refuse_unknown_in(element, key, known);
  }
}

void refuse_unknown(const Setting::Table& settings, const std::string& table,
                    const std::vector<std::string>& known) {
  for (const NamedSetting& entry : settings) {
    const std::string key = key_path(table, entry.name);
    if (std::ranges::find(known, key) == known.end()) refuse(entry, key, known);
    refuse_unknown_in(entry.setting, key, known);
  }
}

}  // namespace

std::vector<std::string> known_keys() {
  std::vector<std::string> keys;
  Config config;
  Config::describe(config, KeyCollector("", keys));
  return keys;
}

void refuse_unknown_keys(const Setting::Table& settings) {
  static const std::vector<std::string> known = known_keys();
  refuse_unknown(settings, "", known);
}

}  // namespace rocm::launcher
