// SPDX-License-Identifier: Apache-2.0
#include "launcher/scores/clip_files.hpp"

namespace rocm::launcher {

/// Kirstain et al., arXiv 2305.01569: a ViT-H/14 whose logits are the score.
std::unique_ptr<model::Score> make_pickscore(const ScoreSource& source) {
  ClipFiles files = load_clip_files(source, source.required_path("a folder of PickScore_v1"),
                                    model::Activation::kGelu);
  auto tokenize = clip_tokenize(files, source);
  return make_clip_reward(source, std::move(files), std::move(tokenize),
                          model::CosineScale::kLogitScale);
}

}  // namespace rocm::launcher
