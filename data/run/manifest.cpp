// SPDX-License-Identifier: Apache-2.0
#include "data/run/manifest.hpp"

#include <map>
#include <sstream>

#include <fmt/format.h>

#include "data/atomic_file.hpp"
#include "data/posix_file.hpp"
#include "data/printable.hpp"
#include "data/run/folders.hpp"
#include "data/sha256.hpp"
#include "data/whole_file.hpp"
#include "dist/base/contract.hpp"

namespace rocm::data {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostManifestBytes = std::size_t{1} << 20;
constexpr std::size_t kDigits = 64;
constexpr std::string_view kSeparator = "  ";  // sha256sum's, for a file read as it is

using Sums = std::map<std::string, std::string>;  // file name -> sha256

/// A name that stays inside the folder and on its line.
bool plain_file_name(const std::string& name) {
  return !name.empty() && name != "." && name != ".." && name != kManifestName &&
         name.find_first_of("/\\\n\r") == std::string::npos;
}

bool hexadecimal(std::string_view digits) {
  return digits.size() == kDigits &&
         digits.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// Nothing when the text is not what write_manifest writes.
std::optional<Sums> parse_manifest(const std::string& text) {
  if (text.empty() || text.back() != '\n') return std::nullopt;
  Sums sums;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.size() <= kDigits + kSeparator.size()) return std::nullopt;
    const std::string digits = line.substr(0, kDigits);
    const std::string name = line.substr(kDigits + kSeparator.size());
    const bool well_formed = hexadecimal(digits) && plain_file_name(name) &&
                             line.compare(kDigits, kSeparator.size(), kSeparator) == 0;
    if (!well_formed || !sums.emplace(name, digits).second) return std::nullopt;
  }
  return sums;
}

std::optional<std::string> problem_with(const fs::path& folder) {
  const auto sums = parse_manifest(read_whole_file(folder / kManifestName, kMostManifestBytes));
  if (!sums) return "its manifest is malformed";
  for (const auto& [name, sum] : *sums) {
    if (sha256_of_file(folder / name) != sum) {
      return fmt::format("{} is not the file that was written", printable(name));
    }
  }
  for (const fs::path& path : paths_in(folder)) {
    const std::string name = path.filename().string();
    if (name != kManifestName && !sums->contains(name)) {
      return fmt::format("{} does not belong to it", printable(name));
    }
  }
  return std::nullopt;
}

}  // namespace

void write_manifest(const fs::path& folder) {
  Sums sums;
  for (const fs::path& path : paths_in(folder)) {
    const std::string name = path.filename().string();
    expects(plain_file_name(name) && is_file(path), "plain files in a manifest's folder");
    sums.emplace(name, sha256_of_file(path));
  }
  std::string text;
  for (const auto& [name, sum] : sums) text += fmt::format("{}{}{}\n", sum, kSeparator, name);
  write_atomically(folder / kManifestName, text);
}

std::optional<std::string> manifest_problem(const fs::path& folder) {
  // A file that cannot be read is one more way of being damaged, not the end of the search.
  try {
    return problem_with(folder);
  } catch (const Failure& failure) {
    return failure.what();
  }
}

}  // namespace rocm::data
