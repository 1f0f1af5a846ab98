// SPDX-License-Identifier: Apache-2.0
#include "launcher/scores/blip_files.hpp"

namespace rocm::launcher {

/// Xu et al., arXiv 2304.05977: BLIP with a head trained on people's choices.
std::unique_ptr<model::Score> make_imagereward(const ScoreSource& source) {
  ImageRewardFiles files = load_imagereward_file(source, source.required_path("ImageReward.pt"));
  files.blip.preprocess.framing = model::Framing::kCentreCropHalfEven;
  files.blip.preprocess.tensor_resize = source.resize;
  return std::make_unique<model::ImageRewardReward>(source.name, std::move(files.blip.blip),
                                                    std::move(files.head), files.blip.preprocess,
                                                    std::move(files.blip.tokenize));
}

}  // namespace rocm::launcher
