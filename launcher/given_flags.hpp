// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "launcher/config/override.hpp"
#include "launcher/verb_table.hpp"

namespace rocm::launcher {

/// The flags of one verb as they were typed. Every member throws Failure(kUsage) naming the flag
/// when it was given wrongly. Names are those of the verb's table, without dashes.
class GivenFlags {
 public:
  /// Nothing is guessed, abbreviated or ignored.
  GivenFlags(const Verb& verb, std::span<const std::string> arguments);

  [[nodiscard]] bool has(std::string_view flag) const;
  [[nodiscard]] std::optional<std::string> text(std::string_view flag) const;
  [[nodiscard]] std::optional<std::filesystem::path> path(std::string_view flag) const;
  [[nodiscard]] std::filesystem::path required_path(std::string_view flag) const;
  [[nodiscard]] std::string required_text(std::string_view flag) const;
  /// Every value of a flag that takes several or may be repeated, in the order given.
  [[nodiscard]] std::vector<std::string> texts(std::string_view flag) const;
  /// At least one.
  [[nodiscard]] std::vector<std::string> required_texts(std::string_view flag) const;
  /// From 1 to 65536.
  [[nodiscard]] std::optional<std::int64_t> whole_number(std::string_view flag) const;
  /// From 1 to 10^12, all values of a flag.
  [[nodiscard]] std::vector<std::int64_t> whole_numbers(std::string_view flag) const;
  /// Finite.
  [[nodiscard]] double number(std::string_view flag, double fallback) const;
  [[nodiscard]] std::filesystem::path required_operand() const;
  /// Of --set, in the order given.
  [[nodiscard]] std::vector<Override> overrides() const;

  /// "rocm-dist train": how messages begin.
  [[nodiscard]] std::string where() const;
  [[noreturn]] void refuse(const std::string& problem, const std::string& because,
                           const std::string& advice) const;

 private:
  struct Given {
    std::string name;
    std::string value;
  };

  void check_repeats() const;
  [[nodiscard]] std::int64_t whole_number_in(std::string_view flag, const std::string& value,
                                             std::int64_t most) const;

  const Verb& verb_;
  std::vector<Given> given_;
  std::vector<std::string> operands_;
};

}  // namespace rocm::launcher
