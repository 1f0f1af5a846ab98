// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "dist/base/field.hpp"
#include "launcher/config/choice.hpp"

namespace rocm::launcher {

/// A way to judge a picture and its caption.
enum class ScoreName : std::uint8_t {
  kPickScore,
  kHpsV2,
  kHpsV21,
  kClipScore,
  kAesthetic,
  kBlipScore,
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
                                      {ScoreName::kImageReward, "imagereward"},
                                      {ScoreName::kJpegCompressibility, "jpeg_compressibility"},
                                      {ScoreName::kJpegIncompressibility, "jpeg_incompressibility"},
                                      {ScoreName::kShapes, "shapes"}});

/// One [[reward]]; the training reward is their weighted sum.
struct RewardConfig {
  ScoreName name = ScoreName::kPickScore;
  std::optional<std::string> path;
  double weight = 1.0;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor&& visit) {
    visit(self.name, Field{.name = "name",
                           .meaning = "the score",
                           .presence = Presence::kRequired,
                           .example = "\"pickscore\""});
    visit(self.path, Field{.name = "path",
                           .meaning = "its weights: a Hugging Face folder, or the published file",
                           .example = "\"world/clip\""});
    visit(self.weight, Field{.name = "weight", .meaning = "in the sum of rewards [1]"});
  }
};

/// One [[evaluation.score]]: measured, never trained on.
struct ScoreConfig {
  ScoreName name = ScoreName::kPickScore;
  std::optional<std::string> path;

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
  }
};

}  // namespace rocm::launcher
