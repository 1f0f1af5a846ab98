// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace rocm::launcher {

/// Loads every part of a model folder that this program computes with, its networks without their
/// numbers: networks by their configurations, tokenizer, scheduler. Throws Failure(kInput)
/// if a part that model_index.json names is missing, or a tensor is missing, superfluous, misshapen
/// or no floating-point number. What other programs compute with is left alone.
void verify_model(const std::filesystem::path& folder);

}  // namespace rocm::launcher
