// SPDX-License-Identifier: Apache-2.0
#include "launcher/config/toml_characters.hpp"

namespace rocm::launcher {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

/// Behind the string that begins at `at`; kNone where it does not end.
std::size_t end_of_string(std::string_view toml, std::size_t at) {
  const char quote = toml[at];
  const std::string_view three = toml.substr(at, 3);
  const bool multiline = three == std::string_view(quote == '"' ? R"(""")" : "'''");
  const std::string_view end = multiline ? three : toml.substr(at, 1);
  for (at += end.size(); at < toml.size(); ++at) {
    if (toml.substr(at).starts_with(end)) return at + end.size();
    if (toml[at] == '\n' && !multiline) return kNone;
    if (toml[at] == '\\' && quote == '"') ++at;
  }
  return kNone;
}

}  // namespace

std::optional<std::size_t> stray_character_at(std::string_view toml) {
  std::size_t at = toml.starts_with("\xEF\xBB\xBF") ? 3 : 0;
  while (at < toml.size()) {
    if (static_cast<unsigned char>(toml[at]) >= 0x80) return at;
    if (toml[at] == '#')
      at = toml.find('\n', at);
    else if (toml[at] == '"' || toml[at] == '\'')
      at = end_of_string(toml, at);
    else
      ++at;
    if (at == kNone) return {};
  }
  return {};
}

}  // namespace rocm::launcher
