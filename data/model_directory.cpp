// SPDX-License-Identifier: Apache-2.0
#include "data/model_directory.hpp"

#include <algorithm>
#include <fstream>
#include <utility>

#include <fmt/format.h>

#include "data/json_file.hpp"
#include "data/key_aliases.hpp"
#include "data/plain_name.hpp"
#include "data/posix_file.hpp"
#include "data/printable.hpp"
#include "data/readable_folder.hpp"
#include "data/sharded_weights.hpp"
#include "data/weights_file.hpp"
#include "data/weights_location.hpp"
#include "dist/base/contract.hpp"

namespace rocm::data {
namespace {

namespace fs = std::filesystem;

bool holds_a_model(const fs::path& folder) {
  return is_file(folder / "model_index.json") || is_file(folder / "config.json");
}

/// The only snapshot of a cache entry without refs/main, such as one that was fetched by commit.
fs::path only_snapshot(const fs::path& entry) {
  std::vector<fs::path> snapshots;
  std::error_code ignored;
  for (fs::directory_iterator at(entry / "snapshots", ignored), end; at != end;
       at.increment(ignored)) {
    snapshots.push_back(at->path());
  }
  if (snapshots.size() == 1) return snapshots.front();
  fail(ExitCode::kInput, {.where = printable_path(entry),
                          .problem = fmt::format("{} snapshots and no refs/main", snapshots.size()),
                          .because = "it is unclear which of them is meant",
                          .advice = "name the folder of one snapshot"});
}

/// The snapshot that a cache entry's refs/main names.
fs::path main_snapshot(const fs::path& entry) {
  const fs::path ref = entry / "refs" / "main";
  if (!is_file(ref)) return only_snapshot(entry);
  std::string commit;
  std::ifstream(ref) >> commit;
  if (!is_plain_name(commit) || !is_folder(entry / "snapshots" / commit)) {
    fail(ExitCode::kInput,
         {.where = printable_path(ref),
          .problem = fmt::format("there is no snapshot \"{}\"", printable(commit)),
          .because = "the download was interrupted, or the cache cleaned",
          .advice = "fetch the model again"});
  }
  return entry / "snapshots" / commit;
}

std::string text_or_empty(const nlohmann::json& object, const char* key) {
  if (!object.is_object() || !object.contains(key)) return "";
  const nlohmann::json& value = object[key];
  const nlohmann::json& first = value.is_array() && !value.empty() ? value.front() : value;
  return first.is_string() ? first.get<std::string>() : "";
}

}  // namespace

ModelDirectory ModelDirectory::open(const fs::path& path, std::string variant) {
  require(variant.empty() || is_plain_name(variant),
          {.where = "model.variant",
           .problem = fmt::format("\"{}\" is no variant", printable(variant)),
           .because = "it is a part of file names",
           .advice = "use a word such as fp16, or leave it empty"});
  if (!is_folder(path)) {
    fail(ExitCode::kInput, {.where = printable_path(path),
                            .problem = "there is no such folder",
                            .because = "models are read from disk; nothing is downloaded",
                            .advice = "name a folder in the layout of the Hugging Face hub"});
  }
  const bool cached = !holds_a_model(path) && is_folder(path / "snapshots");
  const fs::path root = cached ? main_snapshot(path) : path;
  if (!holds_a_model(root)) {
    check_folder(root);
    fail(ExitCode::kInput, {.where = printable_path(root),
                            .problem = "the folder holds no model",
                            .because = "there is neither model_index.json nor config.json, or they "
                                       "are links to files that are missing",
                            .advice = "name a folder in the layout of the Hugging Face hub"});
  }
  ModelDirectory directory(root, std::move(variant));
  if (is_file(root / "model_index.json")) directory.note(root / "model_index.json");
  return directory;
}

ModelDirectory::ModelDirectory(fs::path root, std::string variant)
    : root_(std::move(root)), variant_(std::move(variant)) {
}

fs::path ModelDirectory::folder(std::string_view component) const {
  if (component.empty()) return root_;
  if (!is_plain_name(component)) {
    fail(ExitCode::kInput,
         {.where = printable_path(root_ / "model_index.json"),
          .problem = fmt::format("the component \"{}\" is no plain name", printable(component)),
          .because = "components are folders beside it",
          .advice = "fetch or write the model again"});
  }
  return root_ / component;
}

bool ModelDirectory::has(std::string_view component) const {
  return component.empty() ? is_file(root_ / "config.json") : is_folder(folder(component));
}

void ModelDirectory::note(const fs::path& file) {
  if (std::ranges::find(files_, file) == files_.end()) files_.push_back(file);
}

std::string ModelDirectory::class_name() {
  const fs::path index = root_ / "model_index.json";
  const fs::path path = is_file(index) ? index : root_ / "config.json";
  const nlohmann::json json = read_json(path);
  note(path);
  const std::string name = text_or_empty(json, "_class_name");
  return name.empty() ? text_or_empty(json, "architectures") : name;
}

std::vector<std::string> ModelDirectory::component_names() {
  std::vector<std::string> names;
  const fs::path path = root_ / "model_index.json";
  if (!is_file(path)) return names;
  const nlohmann::json index = read_json(path);
  note(path);
  for (const auto& [name, value] : index.items()) {
    const bool used = value.is_array() && value.size() == 2 && value[1].is_string();
    if (used && name != "_class_name") names.push_back(name);
  }
  return names;
}

nlohmann::json ModelDirectory::config(std::string_view component) {
  const char* name = component == "scheduler" ? "scheduler_config.json" : "config.json";
  const fs::path path = folder(component) / name;
  nlohmann::json json = read_json(path);
  if (!json.is_object()) {
    fail(ExitCode::kInput, {.where = printable_path(path),
                            .problem = "the configuration is no JSON object",
                            .because = "it must hold settings by name",
                            .advice = "fetch or write the model again"});
  }
  note(path);
  return json;
}

NamedTensors ModelDirectory::weights(std::string_view component) {
  const WeightsLocation location = locate_weights(folder(component), variant_);
  if (location.layout == WeightsLayout::kSharded) {
    const ShardedWeights sharded = read_sharded_weights(location.path);
    for (const fs::path& file : sharded.files) note(file);
    return without_position_ids(sharded.tensors);
  }
  note(location.path);
  return without_position_ids(read_weights_file(location.path));
}

}  // namespace rocm::data
