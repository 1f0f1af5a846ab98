// SPDX-License-Identifier: Apache-2.0
#include "data/printable.hpp"
#include "data/weights_file.hpp"
#include "dist/base/contract.hpp"
#include "launcher/model_parts.hpp"
#include "launcher/scores/clip_files.hpp"
#include "launcher/scores/head_widths.hpp"
#include "model/rewards/aesthetic_reward.hpp"

namespace rocm::launcher {
namespace {

struct AestheticPaths {
  std::string clip;
  std::string head;
};

AestheticPaths split_at_comma(const std::string& path) {
  const std::size_t comma = path.rfind(',');
  require(comma != std::string::npos && comma > 0 && comma + 1 < path.size(),
          {.where = "score \"aesthetic\"",
           .problem = "its path names one thing",
           .because = "it needs a CLIP model and the head trained on it",
           .advice = "write CLIPDIR,HEADFILE"});
  return {.clip = path.substr(0, comma), .head = path.substr(comma + 1)};
}

model::AffineHead load_head(const ScoreSource& source, const std::string& path,
                            std::int64_t features) {
  const std::string where = data::printable_path(path);
  source.files.emplace_back(path);
  const auto tensors = data::read_weights_file(path);
  model::Weights weights(tensors, where, source.computation.state, source.computation.device);
  model::AffineHead head(model::WeightScope(weights), head_widths(tensors, "", features, where));
  report_left_over(weights);
  return head;
}

}  // namespace

/// The improved aesthetic predictor on CLIP ViT-L/14 (Schuhmann, 2022).
std::unique_ptr<model::Score> make_aesthetic(const ScoreSource& source) {
  const auto paths = split_at_comma(source.required_path("CLIPDIR,HEADFILE"));
  ClipFiles files = load_clip_files(source, paths.clip, model::Activation::kQuickGelu);
  files.preprocess.tensor_resize = source.resize;
  model::AffineHead head = load_head(source, paths.head, files.clip.config().embedding_width);
  return std::make_unique<model::AestheticReward>(source.name, std::move(files.clip),
                                                  std::move(head), files.preprocess);
}

}  // namespace rocm::launcher
