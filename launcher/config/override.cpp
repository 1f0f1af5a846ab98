// SPDX-License-Identifier: Apache-2.0
#include "launcher/config/override.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "data/printable.hpp"
#include "dist/base/contract.hpp"

namespace rocm::launcher {
namespace {

std::optional<std::size_t> index_of(std::string_view part) {
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), index);
  const bool whole = error == std::errc{} && end == part.data() + part.size();
  return whole ? std::optional(index) : std::nullopt;
}

/// Walks a tree of settings along one key, making what is missing on the way.
class Walker {
 public:
  explicit Walker(std::string where) : where_(std::move(where)) {}

  Setting& enter(Setting& parent, const std::string& part) const {
    if (auto* list = std::get_if<Setting::List>(&parent.value)) return element(*list, part);
    auto* table = std::get_if<Setting::Table>(&parent.value);
    require(table != nullptr,
            {.where = where_,
             .problem = fmt::format("{} is inside {}", data::printable(part), kind_of(parent)),
             .because = "only tables and lists have parts",
             .advice = "shorten the key"});
    if (NamedSetting* entry = find(*table, part)) return entry->setting;
    table->push_back({part, where_, {Setting::Table{}, where_}});
    return table->back().setting;
  }

 private:
  Setting& element(Setting::List& list, const std::string& part) const {
    const auto index = index_of(part);
    require(index && *index <= list.size(),
            {.where = where_,
             .problem = fmt::format("there is no entry {}", data::printable(part)),
             .because = fmt::format("the list has {}, counted from 0; {} would add one",
                                    list.size(), list.size()),
             .advice = "choose an entry of the list"});
    if (*index == list.size()) list.push_back({Setting::Table{}, where_});
    return list[*index];
  }

  std::string where_;
};

}  // namespace

std::vector<std::string> parts_of_key(const std::string& key, const std::string& where) {
  std::vector<std::string> parts(1);
  for (const char c : key) {
    if (c == '.' || c == '[')
      parts.emplace_back();
    else if (c != ']')
      parts.back() += c;
  }
  for (const std::string& part : parts) {
    require(!part.empty(), {.where = where,
                            .problem = "a part of the key is empty",
                            .because = "keys look like objective.beta or reward.0.weight",
                            .advice = "rocm-dist train --print-defaults lists the keys"});
  }
  return parts;
}

Override override_from_set(const std::string& assignment) {
  const std::string flag = "--set " + assignment;
  const std::size_t equals = assignment.find('=');
  require(equals != std::string::npos && equals > 0,
          {.where = data::printable(flag),
           .problem = "no key=value",
           .because = "--set takes a key, an equals sign and a value",
           .advice = "write --set objective.beta=0.2"});
  return {flag, assignment.substr(0, equals), assignment.substr(equals + 1)};
}

Override override_with_text(std::string flag, std::string key, const std::string& text) {
  return {std::move(flag), std::move(key), toml_string(text)};
}

void put(Setting value, const std::string& key, const std::string& where,
         Setting::Table& settings) {
  const Walker walker(where);
  Setting root{std::move(settings), where};
  Setting* place = &root;
  for (const std::string& part : parts_of_key(key, where)) {
    // An index where nothing is yet starts a list; a configuration itself is none.
    auto* table = std::get_if<Setting::Table>(&place->value);
    const bool nothing_yet = place != &root && table != nullptr && table->empty();
    if (nothing_yet && index_of(part)) place->value = Setting::List{};
    place = &walker.enter(*place, part);
  }
  *place = std::move(value);
  settings = std::move(std::get<Setting::Table>(root.value));
}

void apply(const Override& change, Setting::Table& settings) {
  const std::string where = data::printable(change.flag);
  put(parse_toml_value(change.value, where), change.key, where, settings);
}

}  // namespace rocm::launcher
