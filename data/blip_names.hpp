// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "data/named_tensors.hpp"

namespace rocm::data {

/// BLIP of Salesforce's naming (model_large.pth; ImageReward.pt, which puts `blip.` before it) as
/// transformers' BlipForImageTextRetrieval names it; other names (momentum copies, queues, decoder)
/// stay as they are. Source: transformers' convert_blip_original_pytorch_to_hf.py.
[[nodiscard]] NamedTensors with_transformers_blip_names(const NamedTensors& tensors);

}  // namespace rocm::data
