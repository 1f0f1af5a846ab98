// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "data/named_tensors.hpp"

namespace rocm::data {

/// CLIP of OpenAI's and open_clip's naming as transformers' CLIPModel names it: the fused input
/// projections of attention become three, the projection matrices [width, E] their transposes.
/// Other names stay as they are. Source: transformers' convert_clip_original_pytorch_to_hf.py.
/// Throws Failure(kInput) when a fused projection cannot be split.
[[nodiscard]] NamedTensors with_transformers_clip_names(const NamedTensors& tensors);

}  // namespace rocm::data
