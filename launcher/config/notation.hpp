// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "dist/base/field.hpp"
#include "launcher/config/choice.hpp"
#include "launcher/config/setting.hpp"

namespace rocm::launcher {

/// How values of one type are read, written and described; one specialisation per type of key.
///   read      the value of a setting, or nothing if it is not what expected() says
///   write     TOML that read() turns into the same value
///   expected  "an integer of at least 1": continues "must be ..."
template <class T>
struct Notation;

/// Is it finite and within the field's bounds?
[[nodiscard]] bool in_range(double value, const Field& field);
/// " of at least 0 and less than 1", or nothing without bounds.
[[nodiscard]] std::string range_text(const Field& field);

template <>
struct Notation<std::string> {
  static std::optional<std::string> read(const Setting& setting, const Field& field);
  static std::string write(const std::string& value);
  static std::string expected(const Field& field);
};

template <>
struct Notation<bool> {
  static std::optional<bool> read(const Setting& setting, const Field& field);
  static std::string write(bool value);
  static std::string expected(const Field& field);
};

template <>
struct Notation<std::int64_t> {
  static std::optional<std::int64_t> read(const Setting& setting, const Field& field);
  static std::string write(std::int64_t value);
  static std::string expected(const Field& field);
};

/// An integer is fine where a number is expected; NaN and infinity are not.
template <>
struct Notation<double> {
  static std::optional<double> read(const Setting& setting, const Field& field);
  static std::string write(double value);
  static std::string expected(const Field& field);
};

template <ChosenByName Enum>
struct Notation<Enum> {
  static std::optional<Enum> read(const Setting& setting, const Field&) {
    const auto* word = std::get_if<std::string>(&setting.value);
    if (word == nullptr) return std::nullopt;
    for (const auto& choice : kChoices<Enum>) {
      if (choice.name == *word) return choice.value;
    }
    return std::nullopt;
  }

  static std::string write(Enum value) { return fmt::format("\"{}\"", name_of(value)); }

  static std::string expected(const Field&) {
    std::vector<std::string> names;
    for (const auto& choice : kChoices<Enum>) names.push_back(write(choice.value));
    return fmt::format("{}{}", names.size() > 1 ? "one of " : "", fmt::join(names, ", "));
  }
};

template <class Number, ChosenByName Word>
struct Notation<NumberOr<Number, Word>> {
  using Either = NumberOr<Number, Word>;

  static std::optional<Either> read(const Setting& setting, const Field& field) {
    if (const auto word = Notation<Word>::read(setting, field)) return Either(*word);
    if (const auto number = Notation<Number>::read(setting, field)) return Either(*number);
    return std::nullopt;
  }

  static std::string write(const Either& value) {
    return std::visit([]<class T>(const T& held) { return Notation<T>::write(held); }, value);
  }

  static std::string expected(const Field& field) {
    return Notation<Number>::expected(field) + " or " + Notation<Word>::expected(field);
  }
};

template <class T>
struct Notation<std::vector<T>> {
  static std::optional<std::vector<T>> read(const Setting& setting, const Field& field) {
    const auto* list = std::get_if<Setting::List>(&setting.value);
    if (list == nullptr) return std::nullopt;
    std::vector<T> values;
    for (const Setting& element : *list) {
      const auto value = Notation<T>::read(element, field);
      if (!value) return std::nullopt;
      values.push_back(*value);
    }
    return values;
  }

  static std::string write(const std::vector<T>& values) {
    std::vector<std::string> elements;
    for (const T& value : values) elements.push_back(Notation<T>::write(value));
    return fmt::format("[{}]", fmt::join(elements, ", "));
  }

  static std::string expected(const Field& field) {
    return "a list, each " + Notation<T>::expected(field);
  }
};

template <class T, std::size_t N>
struct Notation<std::array<T, N>> {
  static std::optional<std::array<T, N>> read(const Setting& setting, const Field& field) {
    const auto values = Notation<std::vector<T>>::read(setting, field);
    if (!values || values->size() != N) return std::nullopt;
    std::array<T, N> fixed{};
    std::copy(values->begin(), values->end(), fixed.begin());
    return fixed;
  }

  static std::string write(const std::array<T, N>& values) {
    return Notation<std::vector<T>>::write({values.begin(), values.end()});
  }

  static std::string expected(const Field& field) {
    return fmt::format("a list of {}, each {}", N, Notation<T>::expected(field));
  }
};

}  // namespace rocm::launcher
