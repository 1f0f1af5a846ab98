// SPDX-License-Identifier: Apache-2.0
#include "data/weights_location.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string_view>
#include <system_error>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "data/printable.hpp"
#include "dist/base/contract.hpp"
#include "dist/base/log.hpp"

namespace rocm::data {
namespace {

namespace fs = std::filesystem;

/// {stem, ending} of diffusers and transformers, the wanted ones first.
struct Naming {
  std::string_view stem;
  std::string_view ending;
};

constexpr std::array kNamings = {
    Naming{"diffusion_pytorch_model", "safetensors"}, Naming{"model", "safetensors"},
    Naming{"diffusion_pytorch_model", "bin"}, Naming{"pytorch_model", "bin"}};

/// Also true for a link whose target is missing: opening it says what is wrong.
bool exists_or_dangles(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(fs::symlink_status(path, ignored));
}

/// All spellings that diffusers and transformers have used for a variant.
std::vector<WeightsLocation> candidates(const fs::path& folder, const std::string& variant) {
  const std::string infix = variant.empty() ? "" : "." + variant;
  std::vector<WeightsLocation> found;
  for (const auto& [stem, ending] : kNamings) {
    found.push_back({folder / fmt::format("{}{}.{}", stem, infix, ending)});
    for (const std::string& name : {fmt::format("{}.{}.index{}.json", stem, ending, infix),
                                    fmt::format("{}{}.{}.index.json", stem, infix, ending)}) {
      found.push_back({folder / name, WeightsLayout::kSharded});
    }
  }
  return found;
}

std::optional<WeightsLocation> locate_variant(const fs::path& folder, const std::string& variant) {
  for (const WeightsLocation& location : candidates(folder, variant)) {
    if (exists_or_dangles(location.path)) return location;
  }
  return {};
}

std::vector<std::string> file_names(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code ignored;
  for (fs::directory_iterator entry(folder, ignored), end; entry != end; entry.increment(ignored)) {
    names.push_back(entry->path().filename().native());
  }
  std::ranges::sort(names);
  return names;
}

/// "fp16" of `model.fp16.safetensors`.
std::vector<std::string> variants_among(const std::vector<std::string>& names) {
  std::vector<std::string> variants;
  for (const std::string& name : names) {
    for (const auto& [stem, ending] : kNamings) {
      const std::string head = fmt::format("{}.", stem);
      const std::string tail = fmt::format(".{}", ending);
      if (!name.starts_with(head) || !name.ends_with(tail)) continue;
      if (name.size() <= head.size() + tail.size()) continue;
      variants.push_back(
          printable(name.substr(head.size(), name.size() - head.size() - tail.size())));
    }
  }
  return variants;
}

[[noreturn]] void refuse_folder(const fs::path& folder) {
  const std::vector<std::string> names = file_names(folder);
  const std::vector<std::string> variants = variants_among(names);
  Complaint complaint{.where = printable_path(folder),
                      .problem = "there are no weights",
                      .because =
                          "none of diffusion_pytorch_model.safetensors, model.safetensors, "
                          "diffusion_pytorch_model.bin and pytorch_model.bin, whole or sharded, "
                          "is in the folder",
                      .advice = "name a folder in the layout of the Hugging Face hub"};
  if (!variants.empty()) {
    complaint.problem = fmt::format("there are only the variants {}", fmt::join(variants, ", "));
    complaint.because = "a model's default weights have no variant in their name";
    complaint.advice = fmt::format("set model.variant = \"{}\"", variants.front());
  }
  fail(ExitCode::kInput, complaint);
}

}  // namespace

WeightsLocation locate_weights(const fs::path& folder, const std::string& variant) {
  if (const auto wanted = locate_variant(folder, variant)) return *wanted;
  const auto plain = locate_variant(folder, "");
  if (!plain) refuse_folder(folder);
  Log::warn(fmt::format("{}: no weights of variant {}: reading {}", printable_path(folder),
                        printable(variant), printable_path(plain->path.filename())));
  return *plain;
}

std::string only_variant(const fs::path& folder) {
  if (locate_variant(folder, "")) return "";
  std::set<std::string> variants;
  for (std::string variant : variants_among(file_names(folder))) {
    const std::size_t shard = variant.find('-');  // "fp16-00001-of-00002"
    variants.insert(variant.substr(0, shard));
  }
  const bool one = variants.size() == 1 && locate_variant(folder, *variants.begin());
  return one ? *variants.begin() : "";
}

bool is_weights_name(std::string_view name) {
  constexpr std::array<std::string_view, 10> kEndings = {".safetensors", ".bin",     ".pt", ".pth",
                                                         ".ckpt",        ".msgpack", ".h5", ".onnx",
                                                         ".onnx_data",   ".pb"};
  const bool weights = std::ranges::any_of(
      kEndings, [name](std::string_view ending) { return name.ends_with(ending); });
  const bool index = name.ends_with(".json") && (name.find(".index.") != std::string_view::npos);
  return weights || index;
}

}  // namespace rocm::data
