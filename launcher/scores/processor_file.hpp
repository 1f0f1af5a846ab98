// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "data/model_directory.hpp"

namespace rocm::launcher {

/// How a folder says that its pictures are prepared, and in which file.
struct ProcessorFile {
  nlohmann::json image_processor;
  std::string where;
};

/// preprocessor_config.json, or the image_processor of transformers 5's processor_config.json;
/// nothing if the folder has neither. Throws Failure(kInput).
[[nodiscard]] std::optional<ProcessorFile> read_processor_file(data::ModelDirectory& directory);

}  // namespace rocm::launcher
