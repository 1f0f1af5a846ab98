// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>
#include <type_traits>
#include <variant>

#include "dist/base/contract.hpp"

namespace rocm::launcher {

/// One value of an enumeration and its name in the configuration.
template <class Enum>
struct Choice {
  Enum value;
  std::string_view name;
};

/// Every choice of an enumeration, in the order in which help prints them. Specialised beside the
/// configuration that uses the enumeration.
template <class Enum>
inline constexpr std::array<Choice<Enum>, 0> kChoices{};

template <class T>
concept ChosenByName = std::is_enum_v<T>;

/// A number, or a word that stands for a rule: 8 or "random", 0.1 or "auto".
template <class Number, ChosenByName Word>
using NumberOr = std::variant<Number, Word>;

/// The name of a value. It must be one of the choices.
template <ChosenByName Enum>
[[nodiscard]] constexpr std::string_view name_of(Enum value) {
  for (const auto& choice : kChoices<Enum>) {
    if (choice.value == value) return choice.name;
  }
  throw ContractViolation("a name for every enumerator");
}

}  // namespace rocm::launcher
