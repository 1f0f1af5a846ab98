// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "dist/base/field.hpp"

namespace rocm::launcher {

/// A struct that describes its keys: a TOML table.
template <class T>
concept Described = requires(T& self) {
  T::describe(self, [](auto&, const Field&) {});
};

/// A list of such: an array of tables.
template <class T>
inline constexpr bool kIsDescribedList = false;
template <Described T>
inline constexpr bool kIsDescribedList<std::vector<T>> = true;
template <class T>
concept DescribedList = kIsDescribedList<std::remove_const_t<T>>;

/// A key that may have no value.
template <class T>
inline constexpr bool kIsOptional = false;
template <class T>
inline constexpr bool kIsOptional<std::optional<T>> = true;
template <class T>
concept Optional = kIsOptional<std::remove_const_t<T>>;

/// "objective" and "beta" make "objective.beta"; the root has no name.
[[nodiscard]] inline std::string key_path(std::string_view table, std::string_view name) {
  return table.empty() ? std::string(name) : std::string(table) + "." + std::string(name);
}

}  // namespace rocm::launcher
