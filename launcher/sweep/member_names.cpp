// SPDX-License-Identifier: Apache-2.0
#include "launcher/sweep/member_names.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <string_view>
#include <utility>

#include "launcher/config/described.hpp"
#include "launcher/sweep/value_text.hpp"

namespace rocm::launcher {
namespace {

struct ShortForm {
  std::string_view key;    ///< without the numbers of list entries
  std::string_view begin;  ///< of its part of an id; empty: the value speaks for itself
  int place;               ///< in an id
};

constexpr int kPlaceOfOthers = 5;

constexpr auto kShortForms = std::to_array<ShortForm>({{"label", "", -1},
                                                       {"objective.method", "", 0},
                                                       {"objective.divergence", "", 1},
                                                       {"objective.beta", "b", 2},
                                                       {"reward", "", 3},
                                                       {"reward.name", "", 3},
                                                       {"reward.weight", "w", 4},
                                                       {"optimizer.learning_rate", "lr", 5},
                                                       {"data.batch_size", "bs", 5},
                                                       {"model.steps", "n", 5},
                                                       {"run.seed", "s", 6}});

bool is_number(std::string_view part) {
  return std::ranges::all_of(part, [](unsigned char c) { return std::isdigit(c) != 0; });
}

/// reward.0.weight: reward.weight
std::string without_numbers(const std::string& key) {
  std::string plain;
  for (const std::string& part : parts_of_key(key, key))
    if (!is_number(part)) plain = key_path(plain, part);
  return plain;
}

const ShortForm* short_form(const std::string& key) {
  const auto found = std::ranges::find(kShortForms, without_numbers(key), &ShortForm::key);
  return found == kShortForms.end() ? nullptr : &*found;
}

int place_of(const SweepColumn& column) {
  const ShortForm* form = short_form(column.key);
  return form == nullptr ? kPlaceOfOthers : form->place;
}

std::string beginning_of(const std::string& key) {
  if (const ShortForm* form = short_form(key)) return std::string(form->begin);
  return key.substr(key.rfind('.') + 1);
}

std::vector<std::string> value_names(const SweepColumn& column) {
  std::map<std::string, std::string> owner;  ///< of a name: the text of the first value that has it
  std::vector<std::string> names;
  for (const Setting& value : column.values) {
    const std::string name = value_name(value);
    const bool own = owner.try_emplace(name, value_text(value)).first->second == value_text(value);
    names.push_back(own ? name : name + '.' + value_digest(value));
  }
  return names;
}

/// Numbers follow at once, words after an underscore.
std::string with_beginning(const std::string& beginning, const std::string& name) {
  const bool number = std::isdigit(static_cast<unsigned char>(name.front())) != 0 ||
                      (name.front() == '-' && name.size() > 1);
  return beginning + (beginning.empty() || number ? "" : "_") + name;
}

/// Of a column that a label speaks for.
std::vector<std::string> no_names(const SweepColumn& column) {
  return std::vector<std::string>(column.values.size());
}

}  // namespace

std::vector<NamedColumn> named_columns(const std::vector<SweepAxis>& axes) {
  std::vector<NamedColumn> named;
  std::map<std::string, int> uses;  ///< of a beginning
  for (std::size_t axis = 0; axis < axes.size(); ++axis) {
    const bool labelled = std::ranges::any_of(axes[axis].columns, &SweepColumn::is_label);
    for (const SweepColumn& column : axes[axis].columns) {
      const bool spoken_for = labelled && !column.is_label();
      named.push_back({&column, axis, spoken_for ? no_names(column) : value_names(column)});
      if (!spoken_for) ++uses[beginning_of(column.key)];
    }
  }
  for (NamedColumn& column : named) {
    const std::string& key = column.column->key;
    const std::string beginning = beginning_of(key);
    const bool own = beginning.empty() || uses[beginning] == 1;
    for (std::string& name : column.names)
      if (!name.empty()) name = with_beginning(own ? beginning : key, name);
  }
  std::ranges::sort(named, {}, [](const NamedColumn& column) {
    return std::pair(place_of(*column.column), column.column->key);
  });
  return named;
}

}  // namespace rocm::launcher
