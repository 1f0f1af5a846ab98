// SPDX-License-Identifier: Apache-2.0
#include "launcher/score_catalogue.hpp"

#include <string>
#include <utility>

#include <fmt/format.h>

#include "data/clip_tokenizer.hpp"
#include "data/json_file.hpp"
#include "data/model_directory.hpp"
#include "data/printable.hpp"
#include "dist/base/contract.hpp"
#include "launcher/model_parts.hpp"
#include "launcher/token_ids.hpp"
#include "model/rewards/clip_reward.hpp"
#include "model/rewards/shapes_score.hpp"

namespace rocm::launcher {
namespace {

std::string quoted(ScoreName name) {
  return fmt::format("\"{}\"", name_of(name));
}

[[noreturn]] void refuse_as_reward(ScoreName name) {
  const bool rule = name == ScoreName::kShapes || name == ScoreName::kJpegCompressibility ||
                    name == ScoreName::kJpegIncompressibility;
  fail(ExitCode::kUsage,
       {.where = "reward",
        .problem = fmt::format("{} cannot be trained on", quoted(name)),
        .because = rule ? "it is a rule without a gradient, and this method needs one"
                        : "its network is not part of this version",
        .advice = "use pickscore or clipscore"});
}

/// A folder without preprocessor_config.json is preprocessed as CLIP is, at its tower's size.
model::ImagePreprocess preprocess_of(data::ModelDirectory& directory,
                                     const model::ClipModel& clip) {
  const auto file = directory.root() / "preprocessor_config.json";
  if (!std::filesystem::exists(file)) return {.size = clip.config().vision.image_size};
  directory.note(file);
  const auto preprocess = model::ImagePreprocess::from_json(data::read_json(file), file.string());
  if (preprocess.size == clip.config().vision.image_size) return preprocess;
  fail(ExitCode::kInput,
       {.where = data::printable_path(file),
        .problem = fmt::format("pictures are cropped to {} pixels", preprocess.size),
        .because = fmt::format("the vision tower takes {}", clip.config().vision.image_size),
        .advice = "use the preprocessor_config.json that belongs to the model"});
}

}  // namespace

std::unique_ptr<model::Reward> ScoreCatalogue::clip_reward(ScoreName name,
                                                           const std::string& path) {
  auto directory = data::ModelDirectory::open(path);
  model::ClipModel clip = load_clip(directory, computation_);
  const auto preprocess = preprocess_of(directory, clip);
  const std::int64_t length = clip.config().text.positions;
  auto tokenize = [tokenizer = data::ClipTokenizer::open(directory.root()), length,
                   device = computation_.device](const std::string& caption) {
    return token_ids(tokenizer, caption, length).to(device);
  };
  files_.insert(files_.end(), directory.files().begin(), directory.files().end());
  const auto scale =
      name == ScoreName::kPickScore ? model::CosineScale::kLogitScale : model::CosineScale::kNone;
  return std::make_unique<model::ClipReward>(std::string(name_of(name)), std::move(clip),
                                             preprocess, std::move(tokenize), scale);
}

std::unique_ptr<model::Reward> ScoreCatalogue::reward(ScoreName name,
                                                      const std::optional<std::string>& path) {
  if (name != ScoreName::kPickScore && name != ScoreName::kClipScore) refuse_as_reward(name);
  require(path.has_value(), {.where = fmt::format("score {}", quoted(name)),
                             .problem = "it has no path",
                             .because = "its weights are read from a Hugging Face folder",
                             .advice = "add path = \"DIR\""});
  return clip_reward(name, *path);
}

std::unique_ptr<model::Score> ScoreCatalogue::score(const ScoreConfig& config) {
  if (config.name == ScoreName::kShapes) return std::make_unique<model::ShapesScore>();
  return reward(config.name, config.path);
}

model::RewardMixture ScoreCatalogue::mixture(std::span<const RewardConfig> configs) {
  std::vector<model::WeightedReward> rewards;
  for (const RewardConfig& config : configs)
    rewards.push_back({.reward = reward(config.name, config.path), .weight = config.weight});
  return model::RewardMixture(std::move(rewards));
}

}  // namespace rocm::launcher
