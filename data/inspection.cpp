// SPDX-License-Identifier: Apache-2.0
#include "data/inspection.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <numeric>
#include <set>
#include <string_view>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "data/architecture.hpp"
#include "data/inspection_entries.hpp"
#include "data/json_file.hpp"
#include "data/lora_file.hpp"
#include "data/lora_key.hpp"
#include "data/model_directory.hpp"
#include "data/posix_file.hpp"
#include "data/printable.hpp"
#include "data/records/hdf5_reader.hpp"
#include "data/run/manifest.hpp"
#include "data/run/run_folder.hpp"
#include "data/run/run_inspection.hpp"
#include "data/safetensors.hpp"
#include "data/sharded_weights.hpp"
#include "data/torch_file.hpp"
#include "data/weights_file.hpp"
#include "dist/base/contract.hpp"

namespace rocm::data {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

enum class FileKind { kSafetensors, kTorch, kIndex, kJson, kRecords, kOther };

FileKind kind_of(const fs::path& path) {
  const std::string name = path.filename().native();
  if (name.ends_with(".safetensors")) return FileKind::kSafetensors;
  if (is_torch_file_name(path)) return FileKind::kTorch;
  if (name.ends_with(".h5")) return FileKind::kRecords;
  const bool json = name.ends_with(".json");
  const bool index = name.find(".safetensors.index.") != std::string::npos ||
                     name.find(".bin.index.") != std::string::npos;
  if (json && index) return FileKind::kIndex;
  return json ? FileKind::kJson : FileKind::kOther;
}

/// Tensors by name, and what they have in common.
class TensorList {
 public:
  void add(std::string_view name, std::string_view dtype, at::IntArrayRef shape) {
    tensors_.push_back({{"name", name}, {"dtype", dtype}, {"shape", shape.vec()}});
    ++dtypes_[std::string(dtype)];
    shapes_.emplace(name, shape.vec());
    elements_ += std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies());
  }

  void write(ordered_json& json) const {
    json["architecture"] = architecture_of(shapes_);
    json["tensors"] = tensors_;
    json["dtypes"] = dtypes_;
    json["elements"] = elements_;
  }

 private:
  ordered_json tensors_ = ordered_json::array();
  std::map<std::string, int> dtypes_;
  TensorShapes shapes_;
  std::int64_t elements_ = 0;
};

/// Also of types that LibTorch has not.
void add_tensors(ordered_json& json, const SafetensorsFile& file) {
  TensorList list;
  for (const TensorInfo& info : file.tensors()) {
    if (info.dtype->scalar_type)
      (void)file.tensor(info.name);  // verifies what has values to verify
    list.add(info.name, info.dtype->name, info.shape);
  }
  list.write(json);
  json["metadata"] = file.metadata();
}

void add_tensors(ordered_json& json, const NamedTensors& tensors) {
  TensorList list;
  for (const auto& [name, tensor] : tensors) {
    const SafetensorsDtype* known = find_safetensors_dtype(tensor.scalar_type());
    list.add(name, known == nullptr ? c10::toString(tensor.scalar_type()) : known->name,
             tensor.sizes());
  }
  list.write(json);
}

bool is_adapter(const NamedTensors& tensors) {
  const auto fits = [](const auto& entry) {
    return parse_lora_key(entry.first) && !is_text_encoder_lora_key(entry.first);
  };
  return !tensors.empty() && std::ranges::all_of(tensors, fits);
}

bool is_adapter(const SafetensorsFile& file) {
  const auto fits = [](const TensorInfo& info) {
    return parse_lora_key(info.name) && !is_text_encoder_lora_key(info.name);
  };
  return !file.tensors().empty() && std::ranges::all_of(file.tensors(), fits);
}

const char* name_of(LoraFormat format) {
  switch (format) {
    case LoraFormat::kDiffusers:
      return "diffusers";
    case LoraFormat::kKohya:
      return "kohya";
    case LoraFormat::kPeft:
      return "peft";
  }
  return "";
}

ordered_json inspect_adapter(const fs::path& path) {
  const LoraFile lora = read_lora_unresolved(path);
  std::set<std::int64_t> ranks;
  std::set<double> scales;
  for (const auto& [module, pair] : lora.modules) {
    ranks.insert(pair.rank());
    scales.insert(pair.scale);
  }
  ordered_json json = start_inspection(path, "adapter");
  json["format"] = name_of(lora.format);
  json["layers"] = lora.modules.size();
  json["ranks"] = ranks;
  json["scales"] = scales;
  const fs::path& weights = lora.files.front();
  if (is_torch_file_name(weights)) {
    add_tensors(json, read_torch_file(weights).tensors);
  } else {
    add_tensors(json, SafetensorsFile::open(weights));
  }
  json["files"] = file_entries(lora.files);
  return json;
}

ordered_json inspect_safetensors(const fs::path& path) {
  const SafetensorsFile file = SafetensorsFile::open(path);
  if (is_adapter(file)) return inspect_adapter(path);
  ordered_json json = start_inspection(path, "safetensors");
  add_tensors(json, file);
  json["files"] = file_entries({path});
  return json;
}

ordered_json inspect_index(const fs::path& path) {
  const ShardedWeights weights = read_sharded_weights(path);
  ordered_json json = start_inspection(path, "sharded weights");
  add_tensors(json, weights.tensors);
  json["files"] = file_entries(weights.files);
  return json;
}

ordered_json inspect_torch_file(const fs::path& path) {
  const TorchFile file = read_torch_file(path);
  if (is_adapter(file.tensors)) return inspect_adapter(path);
  ordered_json json = start_inspection(path, "torch file");
  json["section"] = file.section;
  json["ignored"] = file.ignored;
  add_tensors(json, file.tensors);
  json["files"] = file_entries({path});
  return json;
}

ordered_json inspect_records(const fs::path& path) {
  const auto compared = comparison_size(path);
  ordered_json json = start_inspection(path, compared ? "evaluation" : "trajectories");
  if (compared) {
    json["policies"] = compared->policies;
    json["prompts"] = compared->prompts;
    json["seeds"] = compared->seeds;
  } else {
    json["steps"] = recorded_steps(path);
  }
  json["files"] = file_entries({path});
  return json;
}

ordered_json inspect_json(const fs::path& path) {
  ordered_json json = start_inspection(path, "json");
  json["entries"] = read_json(path).size();
  json["files"] = file_entries({path});
  return json;
}

ordered_json inspect_weights(const fs::path& path, FileKind kind) {
  if (kind == FileKind::kIndex) return inspect_index(path);
  return kind == FileKind::kTorch ? inspect_torch_file(path) : inspect_safetensors(path);
}

/// Every file of one component: those of known kinds are verified, the others counted and hashed.
ordered_json inspect_component(const fs::path& folder, const std::string& name, ordered_json& all) {
  ordered_json component = {{"name", name}, {"weights", ordered_json::array()}};
  for (const fs::path& path : files_in(folder)) {
    const FileKind kind = kind_of(path);
    all["files"].push_back(file_entry(path));
    if (kind == FileKind::kOther || kind == FileKind::kRecords) {
      all["not_verified"].push_back(printable_path(path));
    } else if (kind == FileKind::kJson) {
      (void)read_json(path);
    } else {
      ordered_json weights = inspect_weights(path, kind);
      weights["tensors"] = weights["tensors"].size();
      weights.erase("files");
      component["weights"].push_back(weights);
    }
  }
  return component;
}

ordered_json inspect_model(const fs::path& path) {
  ModelDirectory model = ModelDirectory::open(path);
  ordered_json json = start_inspection(path, "model folder");
  json["class"] = model.class_name();
  json["components"] = ordered_json::array();
  json["not_verified"] = ordered_json::array();
  json["files"] = ordered_json::array();
  json["components"].push_back(inspect_component(model.root(), "", json));
  for (const std::string& name : model.component_names()) {
    if (model.has(name)) {
      json["components"].push_back(inspect_component(model.folder(name), name, json));
    } else {
      json["components"].push_back({{"name", name}, {"missing", true}});
    }
  }
  return json;
}

bool is_weights(const fs::path& path) {
  const FileKind kind = kind_of(path);
  return kind == FileKind::kSafetensors || kind == FileKind::kTorch || kind == FileKind::kIndex;
}

/// Weights as they are published beside a README, without a configuration.
bool holds_only_weights(const fs::path& folder) {
  if (is_file(folder / "model_index.json") || is_file(folder / "config.json")) return false;
  return std::ranges::any_of(files_in(folder), is_weights);
}

ordered_json inspect_weights_folder(const fs::path& path) {
  ordered_json json = start_inspection(path, "weights folder");
  json["components"] = ordered_json::array();
  json["not_verified"] = ordered_json::array();
  json["files"] = ordered_json::array();
  json["components"].push_back(inspect_component(path, "", json));
  return json;
}

ordered_json inspect_folder(const fs::path& path) {
  const bool adapter = is_file(path / "adapter_config.json") ||
                       is_file(path / "pytorch_lora_weights.safetensors") ||
                       is_file(path / "pytorch_lora_weights.bin");
  if (adapter) return inspect_adapter(path);
  if (is_file(path / kManifestName)) return inspect_checkpoint(path);
  if (RunFolder(path).used()) return inspect_run(path);
  return holds_only_weights(path) ? inspect_weights_folder(path) : inspect_model(path);
}

}  // namespace

ordered_json inspect(const fs::path& path) {
  if (is_folder(path)) return inspect_folder(path);
  (void)open_to_read(path);  // a missing or odd file before its name is judged
  switch (const FileKind kind = kind_of(path)) {
    case FileKind::kSafetensors:
    case FileKind::kTorch:
    case FileKind::kIndex:
      return inspect_weights(path, kind);
    case FileKind::kJson:
      return inspect_json(path);
    case FileKind::kRecords:
      return inspect_records(path);
    case FileKind::kOther:
      break;
  }
  fail(ExitCode::kInput,
       {.where = printable_path(path),
        .problem = "a file of no known kind",
        .because = "only .safetensors, .bin, .pt, .pth, .ckpt, .json and .h5 are read here",
        .advice = "name one of those, or a folder: a model, a run, a checkpoint"});
}

}  // namespace rocm::data
