// SPDX-License-Identifier: Apache-2.0
#include "launcher/help_text.hpp"

#include <fmt/format.h>

namespace rocm::launcher {
namespace {

constexpr std::string_view kExitCodes =
    "Exit codes:\n"
    "  0   ok\n"
    "  2   usage or configuration\n"
    "  3   a model, image, prompt or weights file is missing or broken\n"
    "  4   no intact checkpoint\n"
    "  5   the disk refused: full, read-only\n"
    "  6   numbers that are not finite, or ranks that disagree\n"
    "  7   a rank was lost or a collective timed out\n"
    "  8   out of memory\n"
    "  70  a bug in rocm-dist\n"
    "  75  stopped on request, state saved: run again to go on\n";

std::string usage_of(const Flag& flag) {
  const std::string gap = flag.argument.empty() ? "" : " ";
  return fmt::format("--{}{}{}", flag.name, gap, flag.argument);
}

std::string synopsis_of(const Flag& flag) {
  const bool required = flag.presence == Presence::kRequired;
  const std::string repeat = flag.repeat == Repeat::kOften ? "..." : "";
  return required ? " " + usage_of(flag) : fmt::format(" [{}]{}", usage_of(flag), repeat);
}

std::string synopsis_of(const Verb& verb) {
  std::string line = fmt::format("rocm-dist {}", verb.name);
  if (!verb.operand.empty()) line += fmt::format(" {}", verb.operand);
  for (const Flag& flag : verb.flags) line += synopsis_of(flag);
  return line;
}

std::string line_of(const Flag& flag) {
  const std::string fallback =
      flag.fallback.empty() ? "" : fmt::format(" (default: {})", flag.fallback);
  const std::string required = flag.presence == Presence::kRequired ? " (required)" : "";
  return fmt::format("  {}\n      {}{}{}\n", usage_of(flag), flag.meaning, fallback, required);
}

std::string indented(std::string_view lines) {
  std::string text = "  ";
  for (std::size_t i = 0; i < lines.size(); ++i) {
    text += lines[i];
    if (lines[i] == '\n' && i + 1 < lines.size()) text += "  ";
  }
  return text;
}

}  // namespace

std::string help_text() {
  std::string text =
      "rocm-dist: RLHF On Consistency Models (not AMD ROCm)\n"
      "\n"
      "Usage: rocm-dist VERB [flags]\n"
      "       rocm-dist VERB --help | --version | --help\n"
      "\n"
      "Verbs:\n";
  for (const Verb& verb : verbs()) text += fmt::format("  {:<9} {}\n", verb.name, verb.summary);
  return text + "\n" + std::string(kExitCodes);
}

std::string help_text(const Verb& verb) {
  std::string text = fmt::format("rocm-dist {}: {}\n\nUsage: {}\n\n{}\n\nFlags:\n", verb.name,
                                 verb.summary, synopsis_of(verb), verb.description);
  for (const Flag& flag : verb.flags) text += line_of(flag);
  text += "  --help\n      print this\n";
  return text + fmt::format("\nExamples:\n{}\n{}", indented(verb.examples), kExitCodes);
}

}  // namespace rocm::launcher
