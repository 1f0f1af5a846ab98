// SPDX-License-Identifier: Apache-2.0
#include "data/inspection_entries.hpp"

#include <algorithm>
#include <system_error>

#include "data/posix_file.hpp"
#include "data/printable.hpp"
#include "data/readable_folder.hpp"
#include "data/sha256.hpp"

namespace rocm::data {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

ordered_json start_inspection(const fs::path& path, const char* kind) {
  return {{"path", printable_path(path)}, {"kind", kind}, {"verified", true}};
}

ordered_json file_entry(const fs::path& path) {
  return {{"path", printable_path(path)},
          {"bytes", open_to_read(path).size_B},
          {"sha256", sha256_of_file(path)}};
}

ordered_json file_entries(const std::vector<fs::path>& paths) {
  ordered_json entries = ordered_json::array();
  for (const fs::path& path : paths) entries.push_back(file_entry(path));
  return entries;
}

std::vector<fs::path> files_in(const fs::path& folder) {
  check_folder(folder);
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; at != end; at.increment(error)) {
    if (!is_folder(at->path())) files.push_back(at->path());
  }
  std::ranges::sort(files);
  return files;
}

}  // namespace rocm::data
