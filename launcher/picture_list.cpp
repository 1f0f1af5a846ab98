// SPDX-License-Identifier: Apache-2.0
#include "launcher/picture_list.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <string_view>
#include <system_error>

#include "data/printable.hpp"
#include "dist/base/contract.hpp"

namespace rocm::launcher {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 3> kPictureEndings = {".png", ".jpg", ".jpeg"};

bool is_picture_name(const fs::path& path) {
  std::string ending = path.extension().native();
  std::ranges::transform(ending, ending.begin(), [](unsigned char c) { return std::tolower(c); });
  return std::ranges::find(kPictureEndings, ending) != kPictureEndings.end();
}

std::vector<fs::path> pictures_in(const fs::path& folder) {
  std::vector<fs::path> pictures;
  std::error_code error;
  const bool sampled = fs::exists(folder / "index.jsonl", error);
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const fs::path& path = entry->path();
    const bool grid = sampled && path.filename() == "grid.png";
    if (is_picture_name(path) && !grid) pictures.push_back(path);
  }
  if (error)
    fail(ExitCode::kInput, {.where = data::printable_path(folder),
                            .problem = "the folder cannot be read",
                            .because = error.message(),
                            .advice = "check its permissions"});
  if (pictures.empty())
    fail(ExitCode::kInput, {.where = data::printable_path(folder),
                            .problem = "there are no pictures",
                            .because = "no name in the folder ends in .png, .jpg or .jpeg",
                            .advice = "name the folder that holds them"});
  std::ranges::sort(pictures);
  return pictures;
}

}  // namespace

std::vector<fs::path> picture_list(std::span<const fs::path> given) {
  std::vector<fs::path> pictures;
  for (const fs::path& path : given) {
    std::error_code ignored;
    if (fs::is_directory(path, ignored)) {
      const auto inside = pictures_in(path);
      pictures.insert(pictures.end(), inside.begin(), inside.end());
    } else {
      pictures.push_back(path);
    }
  }
  return pictures;
}

}  // namespace rocm::launcher
