// SPDX-License-Identifier: Apache-2.0
#include "data/printable.hpp"
#include "dist/base/contract.hpp"
#include "launcher/scores/blip_files.hpp"

namespace rocm::launcher {

/// BLIP's image-text matching (Li et al., arXiv 2201.12086), of checkpoints for retrieval. Pictures
/// are made square, not cropped.
std::unique_ptr<model::Score> make_blip_itm(const ScoreSource& source) {
  const std::string& path = source.required_path("a folder or file of a BLIP for retrieval");
  BlipFiles files = load_blip_files(source, path);
  if (!files.blip.can_match())
    fail(ExitCode::kInput, {.where = data::printable_path(path),
                            .problem = "there is no itm_head",
                            .because = "this BLIP was not trained to match pictures and captions",
                            .advice = "use a checkpoint for retrieval, or the score blipscore"});
  files.preprocess.framing = model::Framing::kSquare;
  files.preprocess.tensor_resize = source.resize;
  return std::make_unique<model::BlipMatchReward>(source.name, std::move(files.blip),
                                                  files.preprocess, std::move(files.tokenize));
}

}  // namespace rocm::launcher
