// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "launcher/scores/recipe.hpp"
#include "model/clip_model.hpp"
#include "model/rewards/clip_reward.hpp"
#include "model/rewards/image_preprocess.hpp"

namespace rocm::launcher {

/// A CLIP model with what its score needs of its files.
struct ClipFiles {
  model::ClipModel clip;
  model::ImagePreprocess preprocess;  ///< of the model's own size, means and deviations
  std::filesystem::path tokenizer;    ///< folder of its vocabulary: its own, or the published one
};

/// Reads a Hugging Face folder, or a weights file alone in anybody's naming: its sizes are then
/// those of its tensors and of `<file>.json`, its activation that of the hint or the fallback. What
/// a file holds beside the model is left out and named in the log. Throws Failure(kInput).
[[nodiscard]] ClipFiles load_clip_files(const ScoreSource& source, const std::string& path,
                                        model::Activation fallback);

/// The cosine of picture and caption in the model, which it uses up.
[[nodiscard]] std::unique_ptr<model::Score> make_clip_reward(const ScoreSource& source,
                                                             ClipFiles files,
                                                             model::Tokenize tokenize,
                                                             model::CosineScale scale);

/// Captions as CLIP's tokenizer of `files` has them.
[[nodiscard]] model::Tokenize clip_tokenize(const ClipFiles& files, const ScoreSource& source);

}  // namespace rocm::launcher
