// SPDX-License-Identifier: Apache-2.0
#include "launcher/score_catalogue.hpp"

#include <algorithm>
#include <cmath>

#include <ATen/ops/full.h>
#include <gtest/gtest.h>

#include "model/image_decoder.hpp"
#include "tests/launcher/message_of.hpp"
#include "tests/support/failure_of.hpp"
#include "tests/support/scratch_folder.hpp"
#include "tests/support/source_paths.hpp"

namespace rocm::launcher {
namespace {

namespace fs = std::filesystem;

class Catalogue : public ::testing::Test {
 protected:
  const std::string clip = (test::golden_folder() / "rocm_step/clip").string();
  std::vector<fs::path> files;
  ScoreCatalogue catalogue{{.device = at::kCPU, .network = at::kFloat, .state = at::kFloat}, files};
};

TEST_F(Catalogue, MakesRewardsWithoutAGradientOfRules) {
  const at::Tensor grey = at::full({1, 3, 48, 48}, 0.5, at::kFloat);
  const std::vector<std::string> captions{
      "a small pink triangle below a small cyan ring on a brown background"};
  for (const ScoreName name :
       {ScoreName::kShapes, ScoreName::kJpegCompressibility, ScoreName::kJpegIncompressibility}) {
    const std::vector<RewardConfig> configs{{.name = name, .path = {}}};
    const auto mixture = catalogue.mixture(configs);
    const auto metric = catalogue.score({.name = name, .path = {}});
    EXPECT_FALSE(mixture.differentiable()) << name_of(name);
    EXPECT_EQ(mixture(grey, captions).total_B.item<double>(),
              metric->measure(model::to_pixels_BHWC(grey), captions).item<double>())
        << name_of(name);
  }
}

TEST_F(Catalogue, RefusesARewardWithoutItsPath) {
  const std::vector<RewardConfig> configs{{.name = ScoreName::kPickScore, .path = {}}};
  EXPECT_EQ(rocm::test::usage_error_of([&] { (void)catalogue.mixture(configs); }),
            "score \"pickscore\": it has no path (its weights are read from a folder of "
            "PickScore_v1). add path = \"...\" to the configuration, or =PATH to --score.");
}

TEST_F(Catalogue, MeasuresByRuleWithoutAnyFile) {
  EXPECT_EQ(catalogue.score({.name = ScoreName::kShapes, .path = {}})->name(), "shapes");
  EXPECT_TRUE(files.empty());
}

TEST_F(Catalogue, ListsEveryFileThatItReads) {
  (void)catalogue.score({.name = ScoreName::kPickScore, .path = clip});
  for (const char* name : {"config.json", "model.safetensors", "preprocessor_config.json"})
    EXPECT_EQ(std::ranges::count(files, fs::path(name),
                                 [](const fs::path& file) { return file.filename(); }),
              1)
        << name;
}

TEST_F(Catalogue, ScalesPickScoreByItsLogitScaleAndClipScoreNot) {
  const at::Tensor grey = at::full({1, 3, 48, 48}, 0.5, at::kFloat);
  const std::vector<std::string> captions{"a dog"};
  const std::vector<RewardConfig> configs{{.name = ScoreName::kPickScore, .path = clip},
                                          {.name = ScoreName::kClipScore, .path = clip}};
  const auto mixture = catalogue.mixture(configs);
  EXPECT_EQ(mixture.names(), (std::vector<std::string>{"pickscore", "clipscore"}));
  const auto raw = mixture(grey, captions).raw_B;
  const double pickscore = raw[0][0].item<double>(), cosine = raw[1][0].item<double>();
  EXPECT_LE(std::abs(cosine), 1.0);
  EXPECT_NEAR(pickscore / cosine, std::exp(3.2), 1e-4);  // the file's logit_scale is 3.2
}

TEST_F(Catalogue, SumsRewardsByTheirWeights) {
  const at::Tensor grey = at::full({1, 3, 48, 48}, 0.5, at::kFloat);
  const std::vector<std::string> captions{"a dog"};
  const std::vector<RewardConfig> configs{
      {.name = ScoreName::kPickScore, .path = clip, .weight = 0.5},
      {.name = ScoreName::kClipScore, .path = clip, .weight = -2.0}};
  const auto value = catalogue.mixture(configs)(grey, captions);
  const double expected =
      0.5 * value.raw_B[0][0].item<double>() - 2.0 * value.raw_B[1][0].item<double>();
  EXPECT_NEAR(value.total_B[0].item<double>(), expected, 1e-5);
}

TEST_F(Catalogue, CombinesRewardsByTheRuleThatIsAsked) {
  const at::Tensor grey = at::full({1, 3, 48, 48}, 0.5, at::kFloat);
  const std::vector<std::string> captions{"a dog"};
  const std::vector<RewardConfig> configs{{.name = ScoreName::kPickScore, .path = clip},
                                          {.name = ScoreName::kClipScore, .path = clip}};
  const auto value =
      catalogue.mixture(configs, {.combine = {.rule = model::RewardRule::kMin}})(grey, captions);
  EXPECT_EQ(value.total_B[0].item<double>(),
            std::min(value.raw_B[0][0].item<double>(), value.raw_B[1][0].item<double>()));
}

TEST_F(Catalogue, RefusesACropThatTheTowerCannotTake) {
  const rocm::test::ScratchFolder scratch;
  for (const auto& entry : fs::directory_iterator(clip))
    if (entry.path().filename() != "preprocessor_config.json")
      fs::create_symlink(entry.path(), scratch / entry.path().filename());
  const auto file = scratch.write("preprocessor_config.json", R"({"size": 24, "crop_size": 24})");
  const std::string message = rocm::test::failure_of(ExitCode::kInput, [&] {
    (void)catalogue.score({.name = ScoreName::kPickScore, .path = scratch.path().string()});
  });
  EXPECT_EQ(message, file.string() +
                         ": pictures are cropped to 24 pixels (the vision tower takes 32). use the "
                         "preprocessor_config.json that belongs to the model.");
}

}  // namespace
}  // namespace rocm::launcher
