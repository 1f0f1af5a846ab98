// SPDX-License-Identifier: Apache-2.0
#include "data/model_copy.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "data/posix_file.hpp"
#include "data/printable.hpp"
#include "data/run/folders.hpp"
#include "data/run/scoped_folder.hpp"
#include "data/safetensors_writer.hpp"
#include "data/sharded_weights.hpp"
#include "data/weights_location.hpp"
#include "dist/base/contract.hpp"
#include "dist/base/log.hpp"

namespace rocm::data {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kUNet = "unet";

/// The files of a folder, in name order; what lies in folders below it belongs to nobody we know.
std::vector<fs::path> files_beside(const fs::path& folder) {
  std::vector<fs::path> files = paths_in(folder);
  std::erase_if(files, [](const fs::path& path) { return !is_file(path); });
  return files;
}

bool is_weights(const fs::path& path) {
  return is_weights_name(path.filename().native());
}

/// "model.safetensors" of "model.fp16.safetensors".
std::string without_variant(std::string name, const std::string& variant) {
  const std::string infix = "." + variant;
  const std::size_t at = variant.empty() ? std::string::npos : name.find(infix);
  return at == std::string::npos ? name : name.erase(at, infix.size());
}

void copy_weights(const fs::path& from, const fs::path& to) {
  const std::string variant = only_variant(from);
  const WeightsLocation weights = locate_weights(from, variant);
  const std::string name = weights.path.filename().native();
  copy_content(weights.path, to / without_variant(name, variant));
  if (weights.layout == WeightsLayout::kSingleFile) return;
  for (const fs::path& shard : read_sharded_weights(weights.path).files) {
    if (shard != weights.path) copy_content(shard, to / shard.filename());
  }
}

void copy_component(const fs::path& from, const fs::path& to, std::string_view name) {
  make_folders(to);
  const std::vector<fs::path> files = files_beside(from);
  for (const fs::path& file : files) {
    if (!is_weights(file)) copy_content(file, to / file.filename());
  }
  if (name != kUNet && std::ranges::any_of(files, is_weights)) copy_weights(from, to);
  sync_folder(to);
}

void copy_components(const fs::path& folder, ModelDirectory& model) {
  for (const std::string& name : model.component_names()) {
    if (model.has(name)) {
      copy_component(model.folder(name), folder / name, name);
    } else {
      Log::warn(fmt::format("{}: model_index.json names it, but there is no such folder",
                            printable_path(model.folder(name))));
    }
  }
}

}  // namespace

fs::path place_for_new_folder(const fs::path& path) {
  std::error_code ignored;
  fs::path place = fs::weakly_canonical(fs::absolute(path), ignored);
  if (place.filename().empty()) place = place.parent_path();
  const bool free = is_folder(place) ? fs::is_empty(place, ignored) : !fs::exists(place, ignored);
  require(free, {.where = printable_path(path),
                 .problem = "there is something already",
                 .because = "what is written here is a whole folder, and nothing is replaced",
                 .advice = "name a folder that does not exist, or an empty one"});
  return place;
}

void write_model_with_unet(const fs::path& place, ModelDirectory& model, const NamedTensors& unet) {
  const fs::path parent = place.parent_path();
  const ScopedFolder aside(parent /
                           fmt::format(".{}.tmp-{}", place.filename().native(), process_tag()));
  copy_components(aside.path(), model);
  write_safetensors(aside.path() / kUNet / "diffusion_pytorch_model.safetensors", unet);
  copy_content(model.root() / "model_index.json", aside.path() / "model_index.json");
  sync_folder(aside.path());
  move_path(aside.path(), place);
  sync_folder(parent);
}

}  // namespace rocm::data
