// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dist/base/field.hpp"

namespace rocm::launcher {

enum class Repeat : std::uint8_t {
  kOnce,
  kOften,
  kOftenAndSeveral  ///< --flag A B --flag C
};

/// One flag of a verb, without its dashes. What has no argument is on when it is there.
struct Flag {
  std::string_view name;
  std::string_view argument;  ///< how help writes it: "F", "DIR"; empty for a switch
  std::string_view meaning;
  std::string_view fallback = {};  ///< what stands when it is not given; empty: nothing
  Presence presence = Presence::kOptional;
  Repeat repeat = Repeat::kOnce;
};

/// A verb as help tells it; the parser obeys the same table. Flags are few and frozen: what can be
/// configured belongs into the TOML file.
struct Verb {
  std::string_view name;
  std::string_view summary;      ///< one line
  std::string_view operand;      ///< of an argument without a flag: "PATH", or empty
  std::string_view description;  ///< paragraphs of at most 80 columns
  std::vector<Flag> flags;       ///< without --help, which every verb has
  std::string_view examples;     ///< lines
};

/// The verbs of this version.
[[nodiscard]] std::span<const Verb> verbs();

/// Verbs that later versions will have; they are refused with that answer.
[[nodiscard]] std::span<const std::string_view> verbs_to_come();

/// The verb of that name, or null.
[[nodiscard]] const Verb* find_verb(std::string_view name);

}  // namespace rocm::launcher
