// SPDX-License-Identifier: Apache-2.0
#include "launcher/evaluation_plan.hpp"

#include <limits>

#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/lora_writer.hpp"
#include "data/safetensors_writer.hpp"
#include "data/sha256.hpp"
#include "message_of.hpp"
#include "run_folder_of.hpp"
#include "tests/support/failure_of.hpp"
#include "tests/support/source_paths.hpp"

namespace rocm::launcher {
namespace {

using rocm::test::failure_of;
using rocm::test::run_folder_of;
using rocm::test::ScratchFolder;
using rocm::test::usage_error_of;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr const char* kLayer = "mid_block.attentions.0.transformer_blocks.0.attn1.to_q";

std::string world(const std::string& name) {
  return (test::source_folder() / "world" / name).string();
}

/// What makes a run one of the embedded world from any working folder.
std::vector<Override> in_the_world() {
  return {override_from_set("model.path=" + world("lcm")),
          override_from_set("evaluation.prompts=" + world("validation.txt"))};
}

at::Tensor weight_of_layer() {
  auto model = data::ModelDirectory::open(world("lcm"));
  return model.weights("unet").at(std::string(kLayer) + ".weight");
}

void write_adapter_of(const std::filesystem::path& path, std::int64_t width, float value = 0.5F) {
  data::write_safetensors(
      path, {{std::string("unet.") + kLayer + ".lora_A.weight", at::full({2, width}, value)},
             {std::string("unet.") + kLayer + ".lora_B.weight",
              at::zeros({weight_of_layer().size(0), 2})}});
}

class PlanOfRuns : public ::testing::Test {
 protected:
  std::filesystem::path run(const std::string& name, const std::string& more = "") {
    const auto path = run_folder_of(folder_, name, more);
    write_adapter_of(path / "lora.safetensors", weight_of_layer().size(1));
    request.runs.push_back(path);
    return path;
  }

  EvaluationPlan plan() { return evaluation_plan(request); }

  EvaluateRequest request{.overrides = in_the_world()};

 private:
  ScratchFolder folder_;
};

TEST_F(PlanOfRuns, PutsTheBaseModelFirst) {
  const auto path = run("kl");
  const auto policies = plan().policies;
  ASSERT_EQ(policies.size(), 2U);
  EXPECT_EQ(policies[0].name, "base");
  EXPECT_EQ(policies[0].sha256, "");
  EXPECT_EQ(policies[1].name, "kl");
  EXPECT_EQ(policies[1].sha256, data::sha256_of_file(path / "lora.safetensors"));
}

TEST_F(PlanOfRuns, TakesPromptsAndScoresOfTheRuns) {
  run("a", "[[evaluation.score]]\nname = \"shapes\"");
  run("b", "[[evaluation.score]]\nname = \"jpeg_compressibility\"");
  std::vector<ScoreName> names;
  for (const ScoreConfig& score : plan().scores) names.push_back(score.name);
  EXPECT_EQ(names, (std::vector{ScoreName::kPickScore, ScoreName::kShapes,
                                ScoreName::kJpegCompressibility}));
  EXPECT_GT(plan().prompts.lines.size(), 10U);
}

TEST_F(PlanOfRuns, WantsOneMeaningOfEachScore) {
  run("a", "[[evaluation.score]]\nname = \"clipscore\"\npath = \"x\"");
  run("b", "[[evaluation.score]]\nname = \"clipscore\"\npath = \"y\"");
  EXPECT_THAT(usage_error_of([&] { (void)plan(); }),
              AllOf(HasSubstr("--score is missing"), HasSubstr("clipscore: x and y")));
}

TEST_F(PlanOfRuns, WantsOneFileOfPrompts) {
  request.overrides.pop_back();
  run("a", "[evaluation]\nprompts = \"x.txt\"");
  run("b", "[evaluation]\nprompts = \"y.txt\"");
  EXPECT_THAT(usage_error_of([&] { (void)plan(); }),
              AllOf(HasSubstr("--prompts is missing"), HasSubstr("x.txt and y.txt")));
}

TEST_F(PlanOfRuns, MeasuresTheDivergenceOnWhichTheyAgreeAndElseKl) {
  run("js", "[objective]\ndivergence = \"js\"\nreduction = \"sum\"");
  EXPECT_EQ(plan().measure, (DivergenceMeasure{objective::DivergenceKind::kJensenShannon,
                                               model::DistanceReduction::kSum}));
  run("none", "[objective]\ndivergence = \"none\"");
  EXPECT_EQ(plan().measure, DivergenceMeasure());
}

TEST_F(PlanOfRuns, RefusesAnAdapterOfAnotherModelBeforeAnythingIsDrawn) {
  write_adapter_of(run("kl") / "lora.safetensors", weight_of_layer().size(1) + 1);
  EXPECT_THAT(failure_of(ExitCode::kInput, [&] { (void)plan(); }), HasSubstr("mid_block"));
}

TEST_F(PlanOfRuns, RefusesAnAdapterOfNaN) {
  write_adapter_of(run("kl") / "lora.safetensors", weight_of_layer().size(1),
                   std::numeric_limits<float>::quiet_NaN());
  EXPECT_THAT(failure_of(ExitCode::kInput, [&] { (void)plan(); }), HasSubstr("NaN"));
}

EvaluateRequest request_of_model() {
  return {.model = world("lcm"),
          .prompts = world("validation.txt"),
          .scores = {{.name = ScoreName::kShapes}},
          .seeds = 3};
}

TEST(PlanOfAModel, WithoutAnAdapterIsTheBaseModelAlone) {
  const EvaluationPlan plan = evaluation_plan(request_of_model());
  ASSERT_EQ(plan.policies.size(), 1U);
  EXPECT_EQ(plan.policies[0].name, "base");
  EXPECT_EQ(plan.samples(), 3 * static_cast<std::int64_t>(plan.prompts.lines.size()));
}

TEST(PlanOfAModel, ChecksTheScoresPaths) {
  auto request = request_of_model();
  request.scores[0].path = "somewhere";
  EXPECT_THAT(usage_error_of([&] { (void)evaluation_plan(request); }),
              HasSubstr("shapes takes no path"));
}

TEST(PlanOfAModel, WantsPrompts) {
  const ScratchFolder folder;
  auto request = request_of_model();
  request.prompts = folder.write("empty.txt", "\n\n");
  EXPECT_THAT(failure_of(ExitCode::kInput, [&] { (void)evaluation_plan(request); }),
              HasSubstr("empty.txt"));
}

TEST(PlanOfAModel, TellsTheFileHowPicturesAreDrawn) {
  const auto attributes = attributes_of(evaluation_plan(request_of_model()));
  const std::map<std::string, data::HdfValue> by_name(attributes.begin(), attributes.end());
  EXPECT_THAT(std::get<std::string>(by_name.at("configuration")),
              AllOf(HasSubstr("model.steps = 8\n"), HasSubstr("run.seed = 0\n")));
  EXPECT_EQ(std::get<std::string>(by_name.at("scores")), "shapes");
  EXPECT_EQ(std::get<std::string>(by_name.at("divergence")), "kl");
}

}  // namespace
}  // namespace rocm::launcher
