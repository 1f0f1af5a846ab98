// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "data/named_tensors.hpp"

namespace rocm::data {

/// CLIPTextModel as transformers < 5.6 names it: every key below `text_model.`. Newer releases
/// write `embeddings....` for `text_model.embeddings....`; a projection head
/// (`text_projection.weight`) has never had the prefix and keeps its name.
[[nodiscard]] NamedTensors with_text_model_prefix(const NamedTensors& tensors);

/// AutoencoderKL as diffusers >= 0.18 names it: the attention layers {query, key, value, proj_attn}
/// become {to_q, to_k, to_v, to_out.0}, and their weights lose a trailing 1x1 kernel,
/// [C, C, 1, 1] -> [C, C].
[[nodiscard]] NamedTensors with_current_vae_names(const NamedTensors& tensors);

/// Without the `module.` that DistributedDataParallel puts before every name; as it is when a name
/// lacks it.
[[nodiscard]] NamedTensors without_module_prefix(const NamedTensors& tensors);

/// Without the `*.position_ids` buffers that old transformers saved: 0, 1, 2, ... carry nothing.
[[nodiscard]] NamedTensors without_position_ids(const NamedTensors& tensors);

}  // namespace rocm::data
