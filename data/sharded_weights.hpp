// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <vector>

#include "data/named_tensors.hpp"

namespace rocm::data {

struct ShardedWeights {
  NamedTensors tensors;
  std::vector<std::filesystem::path> files;  ///< the index, then the shards by name
};

/// Reads `<name>.safetensors.index.json` or `<name>.bin.index.json`, whose `weight_map` gives the
/// file beside it that holds each tensor. Every tensor must be where the index says, and the shards
/// must hold no other. Throws Failure(kInput), also when a shard's name would leave the folder.
[[nodiscard]] ShardedWeights read_sharded_weights(const std::filesystem::path& index);

}  // namespace rocm::data
