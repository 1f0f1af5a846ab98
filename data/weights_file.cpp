// SPDX-License-Identifier: Apache-2.0
#include "data/weights_file.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "data/printable.hpp"
#include "data/safetensors.hpp"
#include "data/torch_file.hpp"
#include "dist/base/log.hpp"

namespace rocm::data {
namespace {

constexpr std::array<std::string_view, 4> kTorchEndings = {".bin", ".pt", ".pth", ".ckpt"};
constexpr std::size_t kNamed = 5;  ///< a warning stays a line

void warn_of_ignored(const TorchFile& file, const std::filesystem::path& path) {
  if (file.ignored.empty()) return;
  std::vector<std::string> names;
  for (const auto& [type, count] : file.ignored) {
    if (names.size() == kNamed) break;
    names.push_back(fmt::format("{} {}", count, printable(type)));
  }
  if (file.ignored.size() > kNamed) names.emplace_back("...");
  Log::warn(fmt::format("{}: left out objects that are no tensors: {}", printable_path(path),
                        fmt::join(names, ", ")));
}

}  // namespace

bool is_torch_file_name(const std::filesystem::path& path) {
  return std::ranges::find(kTorchEndings, path.extension().native()) != kTorchEndings.end();
}

NamedTensors read_weights_file(const std::filesystem::path& path) {
  if (!is_torch_file_name(path)) return SafetensorsFile::open(path).all();
  TorchFile file = read_torch_file(path);
  warn_of_ignored(file, path);
  return std::move(file.tensors);
}

}  // namespace rocm::data
