// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "data/named_tensors.hpp"

namespace rocm::data {

/// A model as the Hugging Face hub lays it out: a diffusers pipeline (model_index.json and a folder
/// per component) or a single transformers model (config.json and weights at the root). A cache
/// entry `models--owner--name` is followed through refs/main to its snapshot; symbolic links are
/// followed as the cache needs them.
/// A component is named as in model_index.json ("unet"); "" is the root. Everything read is listed
/// in files(), and model_index.json, by which a pipeline is known. All methods throw
/// Failure(kInput) that names the file.
class ModelDirectory {
 public:
  /// `variant`, for example "fp16", is preferred where it exists: `model.fp16.safetensors`.
  [[nodiscard]] static ModelDirectory open(const std::filesystem::path& path,
                                           std::string variant = "");

  /// The folder that holds the model: the snapshot when a cache entry was opened.
  [[nodiscard]] const std::filesystem::path& root() const { return root_; }

  [[nodiscard]] bool has(std::string_view component) const;

  /// `_class_name` of model_index.json, or `architectures[0]` of config.json; "" if neither says.
  [[nodiscard]] std::string class_name();

  /// The components that model_index.json names and does not switch off, in name order, whether
  /// their folders are there or not; none without a model_index.json.
  [[nodiscard]] std::vector<std::string> component_names();

  /// The component's config.json (scheduler_config.json of a scheduler).
  [[nodiscard]] nlohmann::json config(std::string_view component);

  /// Every tensor of the component, one file or sharded, names as stored, without the position_ids
  /// buffers; mapped, not copied. The index of a sharded model must name every tensor of its
  /// shards.
  [[nodiscard]] NamedTensors weights(std::string_view component);

  /// The folder of a component, for files that others parse (tokenizer); list those by note().
  [[nodiscard]] std::filesystem::path folder(std::string_view component) const;

  /// Lists a file among files(): somebody read it on behalf of this model.
  void note(const std::filesystem::path& file);

  /// Every file read so far, each once, in the order of reading.
  [[nodiscard]] const std::vector<std::filesystem::path>& files() const { return files_; }

 private:
  ModelDirectory(std::filesystem::path root, std::string variant);

  std::filesystem::path root_;
  std::string variant_;
  std::vector<std::filesystem::path> files_;
};

}  // namespace rocm::data
