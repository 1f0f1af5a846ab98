// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "launcher/scores/recipe.hpp"
#include "model/blip_model.hpp"
#include "model/rewards/affine_head.hpp"
#include "model/rewards/blip_rewards.hpp"
#include "model/rewards/image_preprocess.hpp"
#include "model/weights.hpp"

namespace rocm::launcher {

/// A BLIP with what its score needs of its files.
struct BlipFiles {
  model::BlipModel blip;
  model::ImagePreprocess preprocess;  ///< of the model's own size, means and deviations
  model::TokenizeBert tokenize;
};

/// Reads a Hugging Face folder of a BlipForImageTextRetrieval, or a weights file alone in
/// Salesforce's or transformers' naming: its sizes are then those of its tensors and of
/// `<file>.json`; another image_size there than the file's makes its position embedding bicubically
/// larger or smaller, as Salesforce's code does. Throws Failure(kInput).
[[nodiscard]] BlipFiles load_blip_files(const ScoreSource& source, const std::string& path);

/// ImageReward.pt: a BLIP and the head on top of it.
struct ImageRewardFiles {
  BlipFiles blip;
  model::AffineHead head;
};

[[nodiscard]] ImageRewardFiles load_imagereward_file(const ScoreSource& source,
                                                     const std::string& path);

}  // namespace rocm::launcher
