// SPDX-License-Identifier: Apache-2.0
#include "launcher/scores/clip_files.hpp"

namespace rocm::launcher {

/// The raw cosine of a CLIP model, as ImageReward's authors report it (arXiv 2304.05977); Hessel et
/// al., arXiv 2104.08718, multiply by 2.5 and clip at 0.
std::unique_ptr<model::Score> make_clipscore(const ScoreSource& source) {
  ClipFiles files = load_clip_files(source, source.required_path("a folder of a CLIP model"),
                                    model::Activation::kQuickGelu);
  auto tokenize = clip_tokenize(files, source);
  return make_clip_reward(source, std::move(files), std::move(tokenize), model::CosineScale::kNone);
}

}  // namespace rocm::launcher
