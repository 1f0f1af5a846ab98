// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "data/printable.hpp"
#include "launcher/config/choice.hpp"
#include "launcher/given_flags.hpp"
#include "launcher/spelling.hpp"

namespace rocm::launcher {

/// The value of an enumeration that `word` names; `what` as messages call it. Throws
/// Failure(kUsage) with the nearest name.
template <ChosenByName Enum>
Enum chosen_by(const GivenFlags& flags, std::string_view what, const std::string& word) {
  std::vector<std::string> names;
  for (const auto& choice : kChoices<Enum>) {
    if (choice.name == word) return choice.value;
    names.emplace_back(choice.name);
  }
  const auto meant = nearest(word, names);
  flags.refuse(fmt::format("unknown {} {}", what, data::printable(word)),
               fmt::format("it is one of {}", fmt::join(names, ", ")),
               meant ? fmt::format("did you mean {}?", *meant) : "choose one of them");
}

/// The same for the argument of a flag.
template <ChosenByName Enum>
Enum chosen(const GivenFlags& flags, std::string_view flag, const std::string& word) {
  return chosen_by<Enum>(flags, fmt::format("--{}", flag), word);
}

}  // namespace rocm::launcher
