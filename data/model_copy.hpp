// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "data/model_directory.hpp"
#include "data/named_tensors.hpp"

namespace rocm::data {

/// The path itself, through links and without a "/" at its end. Throws Failure(kUsage) when
/// something is there that is no empty folder.
[[nodiscard]] std::filesystem::path place_for_new_folder(const std::filesystem::path& path);

/// Writes a diffusers folder that differs from `model` in the U-Net's weights alone. Every
/// component of model_index.json is copied: its configuration and other small files, and of its
/// weights the ones that are loaded by default (the plain ones, else the only variant, under the
/// plain names). The folder is filled under a hidden name beside `place` and appears whole. Throws
/// Failure(kInput) for a model whose weights cannot be found, Failure(kStorage).
void write_model_with_unet(const std::filesystem::path& place, ModelDirectory& model,
                           const NamedTensors& unet);

}  // namespace rocm::data
