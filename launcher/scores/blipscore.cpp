// SPDX-License-Identifier: Apache-2.0
#include "launcher/scores/blip_files.hpp"

namespace rocm::launcher {

/// BLIP's image-text contrast (Li et al., arXiv 2201.12086), as ImageReward's authors report it.
std::unique_ptr<model::Score> make_blipscore(const ScoreSource& source) {
  BlipFiles files =
      load_blip_files(source, source.required_path("model_large.pth or a folder of a BLIP"));
  files.preprocess.framing = model::Framing::kCentreCropHalfEven;
  files.preprocess.tensor_resize = source.resize;
  return std::make_unique<model::BlipContrastReward>(source.name, std::move(files.blip),
                                                     files.preprocess, std::move(files.tokenize));
}

}  // namespace rocm::launcher
