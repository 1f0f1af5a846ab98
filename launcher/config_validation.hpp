// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "launcher/config.hpp"

namespace rocm::launcher {

/// The rules between keys. Throws Failure(kUsage) naming the keys and the values that would work.
void validate(const Config& config);

/// A score has a path exactly if it has weights. Throws Failure(kUsage) naming `where`.
void validate(const ScoreConfig& score, const std::string& where);

/// The batch must split into equal shares: the units (data.batch_size / data.micro_batch) are dealt
/// to the ranks. Throws Failure(kUsage) that names the sizes that work.
void validate_world_size(const DataConfig& data, int world_size);

}  // namespace rocm::launcher
