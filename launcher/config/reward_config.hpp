// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "dist/base/field.hpp"
#include "launcher/config/choice.hpp"
#include "model/rewards/tensor_resize.hpp"

namespace rocm::launcher {

/// A way to judge a picture and its caption.
enum class ScoreName : std::uint8_t {
  kPickScore,
  kHpsV2,
  kHpsV21,
  kClipScore,
  kAesthetic,
  kBlipScore,
  kBlipItm,
  kImageReward,
  kJpegCompressibility,
  kJpegIncompressibility,
  kShapes
};
template <>
inline constexpr auto kChoices<ScoreName> =
    std::to_array<Choice<ScoreName>>({{ScoreName::kPickScore, "pickscore"},
                                      {ScoreName::kHpsV2, "hpsv2"},
                                      {ScoreName::kHpsV21, "hpsv21"},
                                      {ScoreName::kClipScore, "clipscore"},
                                      {ScoreName::kAesthetic, "aesthetic"},
                                      {ScoreName::kBlipScore, "blipscore"},
                                      {ScoreName::kBlipItm, "blip_itm"},
                                      {ScoreName::kImageReward, "imagereward"},
                                      {ScoreName::kJpegCompressibility, "jpeg_compressibility"},
                                      {ScoreName::kJpegIncompressibility, "jpeg_incompressibility"},
                                      {ScoreName::kShapes, "shapes"}});

template <>
inline constexpr auto kChoices<model::Interpolation> = std::to_array<Choice<model::Interpolation>>(
    {{model::Interpolation::kBicubic, "bicubic"}, {model::Interpolation::kBilinear, "bilinear"}});

/// One [[evaluation.score]]: measured, never trained on.
struct ScoreConfig {
  ScoreName name = ScoreName::kPickScore;
  std::optional<std::string> path;
  bool antialias = true;

  bool operator==(const ScoreConfig&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor&& visit) {
    visit(self.name, Field{.name = "name",
                           .meaning = "the score",
                           .presence = Presence::kRequired,
                           .example = "\"shapes\""});
    visit(self.path, Field{.name = "path",
                           .meaning = "its weights, as in [[reward]]; shapes and the JPEG scores "
                                      "have none",
                           .example = "\"world/clip\""});
    visit(self.antialias, Field{.name = "antialias",
                                .meaning = "of HPSv2, which resizes pictures as tensors; false: as "
                                           "torchvision before 0.17"});
  }
};

/// One [[reward]]; objective.reward_rule makes one number of them.
struct RewardConfig {
  ScoreName name = ScoreName::kPickScore;
  std::optional<std::string> path;
  double weight = 1.0;
  model::Interpolation interpolation = model::Interpolation::kBicubic;
  bool antialias = true;

  /// The same as a metric.
  [[nodiscard]] ScoreConfig score() const {
    return {.name = name, .path = path, .antialias = antialias};
  }

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor&& visit) {
    visit(self.name, Field{.name = "name",
                           .meaning = "the score",
                           .presence = Presence::kRequired,
                           .example = "\"pickscore\""});
    visit(self.path, Field{.name = "path",
                           .meaning = "its weights: a Hugging Face folder, or the published file; "
                                      "aesthetic: CLIPDIR,HEADFILE",
                           .example = "\"world/clip\""});
    visit(self.weight,
          Field{.name = "weight", .meaning = "its factor before objective.reward_rule [1]"});
    visit(self.interpolation,
          Field{.name = "interpolation", .meaning = "how pictures are resized for the gradient"});
    visit(self.antialias, Field{.name = "antialias",
                                .meaning = "when they are; false: as torchvision before 0.17"});
  }
};

}  // namespace rocm::launcher
