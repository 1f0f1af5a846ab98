// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <filesystem>
#include <vector>

#include "launcher/computation.hpp"
#include "launcher/config/model_config.hpp"
#include "launcher/noise_source.hpp"
#include "launcher/prompt_encoder.hpp"
#include "model/image_decoder.hpp"
#include "model/low_rank_adapter.hpp"
#include "model/policy.hpp"

namespace rocm::launcher {

/// A diffusers folder, ready to turn prompts and noise into pictures. Frozen.
struct Generator {
  PromptEncoder encode;
  model::Policy policy;
  model::ImageDecoder decode;
  std::array<std::int64_t, 3> latent_CHW;    ///< what the noise looks like
  std::vector<std::filesystem::path> files;  ///< everything that was read
};

/// Whether a U-Net is guidance-distilled, and so sampled as an LCM; any other is a diffusion model,
/// sampled by DDIM.
[[nodiscard]] bool is_consistency_model(const model::UNet& unet);

/// What the noise of a picture looks like.
[[nodiscard]] NoiseShape noise_shape(const Generator& generator);

/// plan learns which layers of the U-Net the adapter changes. Throws Failure(kInput) for files and
/// Failure(kUsage) for settings that the model cannot follow.
[[nodiscard]] Generator load_generator(const ModelConfig& config, const Computation& computation,
                                       model::AdapterPlan* plan);

}  // namespace rocm::launcher
