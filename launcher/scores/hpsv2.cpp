// SPDX-License-Identifier: Apache-2.0
#include "data/open_clip_tokenizer.hpp"
#include "data/printable.hpp"
#include "launcher/scores/clip_files.hpp"
#include "launcher/scores/resources.hpp"
#include "launcher/token_ids.hpp"

namespace rocm::launcher {
namespace {

/// Captions cleaned and encoded by open_clip's tokenizer.
model::Tokenize open_clip_tokenize(const ClipFiles& files, const ScoreSource& source) {
  const model::ClipTextConfig& config = files.clip.config().text;
  return [tokenizer = data::OpenClipTokenizer::open(files.tokenizer,
                                                    tokenizer_resource("html_entities.tsv")),
          length = config.positions, vocabulary = config.vocabulary,
          where = data::printable_path(files.tokenizer),
          device = source.computation.device](const std::string& caption) {
    return token_ids(tokenizer.encode(caption, length), vocabulary, where).to(device);
  };
}

}  // namespace

/// Wu et al., arXiv 2306.09341, v2 and v2.1: a ViT-H/14 of open_clip; the raw cosine. Pictures
/// become numbers before they are resized, and the crop is torchvision's.
std::unique_ptr<model::Score> make_hpsv2(const ScoreSource& source) {
  ClipFiles files = load_clip_files(
      source, source.required_path("HPS_v2_compressed.pt or HPS_v2.1_compressed.pt"),
      model::Activation::kGelu);
  files.preprocess.framing = model::Framing::kCentreCropHalfEven;
  files.preprocess.metric_resize = model::MetricResize::kTensor;
  auto tokenize = open_clip_tokenize(files, source);
  return make_clip_reward(source, std::move(files), std::move(tokenize), model::CosineScale::kNone);
}

}  // namespace rocm::launcher
