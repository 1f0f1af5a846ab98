// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string_view>

#include "data/model_directory.hpp"
#include "launcher/computation.hpp"
#include "model/autoencoder.hpp"
#include "model/blip_model.hpp"
#include "model/clip_model.hpp"
#include "model/clip_text.hpp"
#include "model/unet.hpp"
#include "model/weights.hpp"

namespace rocm::launcher {

// Each reads one component of a Hugging Face folder: its configuration, its weights with their
// names made current, and complains if a tensor is left over. Failure(kInput) names file and
// tensor.

/// A model folder for work that wants no variant in particular: where the weights of `component`
/// are there in but one variant, then that.
[[nodiscard]] data::ModelDirectory open_any_variant(const std::filesystem::path& path,
                                                    std::string_view component);

/// In the network's precision. plan, if any, learns which layers the adapter changes.
[[nodiscard]] model::UNet load_unet(data::ModelDirectory& directory, const Computation& computation,
                                    model::AdapterPlan* plan);

/// In the state's precision, as are the next two: they are cheap beside the U-Net and amplify
/// rounding (decoder), run once per prompt (text) or end in a reward that is differentiated (CLIP).
[[nodiscard]] model::Autoencoder load_autoencoder(data::ModelDirectory& directory,
                                                  const Computation& computation);
[[nodiscard]] model::ClipText load_text_encoder(data::ModelDirectory& directory,
                                                const Computation& computation);

/// A CLIPModel at the root of its folder.
[[nodiscard]] model::ClipModel load_clip(data::ModelDirectory& directory,
                                         const Computation& computation);

/// A BlipForImageTextRetrieval at the root of its folder, in the state's precision.
[[nodiscard]] model::BlipModel load_blip(data::ModelDirectory& directory,
                                         const Computation& computation);

/// Says in the log how many tensors of a file no layer took. A file of a score may hold more than
/// the score's network; a model folder may not.
void report_left_over(const model::Weights& weights);

}  // namespace rocm::launcher
