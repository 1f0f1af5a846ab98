// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "data/model_directory.hpp"
#include "launcher/config/model_config.hpp"
#include "launcher/generator.hpp"
#include "model/low_rank_adapter.hpp"

namespace rocm::launcher {

/// Paths of the layers of a model folder's U-Net that an adapter may change. Reads no weights.
[[nodiscard]] std::vector<std::string> adaptable_modules(data::ModelDirectory directory);

/// A generator with an adapter as a file has it, whatever its layers and ranks, to be used as it
/// is.
struct AdaptedGenerator {
  Generator generator;
  std::optional<model::LowRankAdapter> adapter;  ///< none: the base model
};

/// scale multiplies the adapter's effect. Throws Failure(kInput).
[[nodiscard]] AdaptedGenerator load_adapted_generator(
    const ModelConfig& config, const Computation& computation,
    const std::optional<std::filesystem::path>& lora, double scale);

}  // namespace rocm::launcher
