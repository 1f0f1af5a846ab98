// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "data/named_tensors.hpp"

namespace rocm::data {

/// Weights from a file of torch.save (.bin, .pt, .pth). Tensors view the mapped file where they can
/// and must not be written to.
struct TorchFile {
  NamedTensors tensors;
  std::string section;  ///< the entry that holds them: "state_dict", "model" or "" for the top
  std::map<std::string, std::int64_t> ignored;  ///< other content: classes, and how many of each
};

/// Reads such a file without running anything in it: the pickle inside builds plain data and
/// tensors only, and whatever else it holds (optimizers, namespaces, unknown classes) is counted.
/// A `module.` before every name is taken off. Throws Failure(kInput): a hostile or broken file, no
/// tensors by name at the top or below "state_dict" or "model", TorchScript, the format that torch
/// wrote before 1.6. Source: torch/serialization.py.
[[nodiscard]] TorchFile read_torch_file(const std::filesystem::path& path);

}  // namespace rocm::data
