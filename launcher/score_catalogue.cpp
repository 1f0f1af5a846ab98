// SPDX-License-Identifier: Apache-2.0
#include "launcher/score_catalogue.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "dist/base/contract.hpp"
#include "launcher/scores/recipe.hpp"
#include "model/rewards/metric_reward.hpp"

namespace rocm::launcher {
namespace {

struct Recipe {
  ScoreName name;
  MakeScore make;
};

constexpr auto kRecipes = std::to_array<Recipe>({
    {ScoreName::kPickScore, make_pickscore},
    {ScoreName::kHpsV2, make_hpsv2},
    {ScoreName::kHpsV21, make_hpsv2},
    {ScoreName::kClipScore, make_clipscore},
    {ScoreName::kAesthetic, make_aesthetic},
    {ScoreName::kBlipScore, make_blipscore},
    {ScoreName::kBlipItm, make_blip_itm},
    {ScoreName::kImageReward, make_imagereward},
    {ScoreName::kJpegCompressibility, make_jpeg_compressibility},
    {ScoreName::kJpegIncompressibility, make_jpeg_incompressibility},
    {ScoreName::kShapes, make_shapes},
});

}  // namespace

std::unique_ptr<model::Score> ScoreCatalogue::make(ScoreName name,
                                                   const std::optional<std::string>& path,
                                                   const model::TensorResize& resize) {
  const auto recipe = std::ranges::find(kRecipes, name, &Recipe::name);
  expects(recipe != kRecipes.end(), "a recipe for every score");
  return recipe->make({.name = std::string(name_of(name)),
                       .path = path,
                       .computation = computation_,
                       .resize = resize,
                       .files = files_});
}

std::unique_ptr<model::Score> ScoreCatalogue::score(const ScoreConfig& config) {
  return make(config.name, config.path, {.antialias = config.antialias});
}

std::unique_ptr<model::Reward> ScoreCatalogue::reward(const RewardConfig& config) {
  auto score = make(config.name, config.path,
                    {.interpolation = config.interpolation, .antialias = config.antialias});
  auto* reward = dynamic_cast<model::Reward*>(score.get());
  if (reward == nullptr) return std::make_unique<model::MetricReward>(std::move(score));
  (void)score.release();
  return std::unique_ptr<model::Reward>(reward);
}

model::RewardMixture ScoreCatalogue::mixture(std::span<const RewardConfig> configs,
                                             const model::MixtureOptions& options) {
  std::vector<model::WeightedReward> rewards;
  for (const RewardConfig& config : configs)
    rewards.push_back({.reward = reward(config), .weight = config.weight});
  return model::RewardMixture(std::move(rewards), options);
}

}  // namespace rocm::launcher
