// SPDX-License-Identifier: Apache-2.0
#include "data/inspection.hpp"

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include <ATen/ops/full.h>
#include <gtest/gtest.h>

#include "data/run/checkpoint_folder.hpp"
#include "data/run/run_folder.hpp"
#include "data/safetensors_writer.hpp"
#include "data/sha256.hpp"
#include "dist/base/contract.hpp"
#include "tests/data/safetensors_bytes.hpp"
#include "tests/support/failure_of.hpp"
#include "tests/support/scratch_folder.hpp"
#include "tests/support/source_paths.hpp"

namespace rocm::data {
namespace {

namespace fs = std::filesystem;
using rocm::test::failure_of;
using rocm::test::ScratchFolder;

const fs::path kGolden = test::golden_folder();

::testing::AssertionResult contains(const std::string& text, const std::string& part) {
  if (text.find(part) != std::string::npos) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << text;
}

TEST(Inspection, DescribesASafetensorsFile) {
  const fs::path path = kGolden / "safetensors_reference.safetensors";
  const auto json = inspect(path);
  EXPECT_EQ(json["kind"], "safetensors");
  EXPECT_EQ(json["tensors"].size(), 15U);
  EXPECT_EQ(json["dtypes"]["F32"], 4);
  EXPECT_EQ(json["elements"], 31);
  EXPECT_EQ(json["metadata"]["format"], "pt");
  EXPECT_EQ(json["files"][0]["sha256"], sha256_of_file(path));
  EXPECT_EQ(json["files"][0]["bytes"], fs::file_size(path));
}

TEST(Inspection, SaysWhichArchitectureAFileIs) {
  const auto json = inspect(kGolden / "unet_tiny_lcm.weights.safetensors");
  EXPECT_EQ(json["architecture"], "U-Net, text width 32, latent consistency model");
  EXPECT_TRUE(
      contains(describe(json), "  U-Net, text width 32, latent consistency model; 495 tensors, "));
  EXPECT_EQ(inspect(kGolden / "imagereward_tiny.pt")["architecture"],
            "ImageReward (BLIP of image width 40, Salesforce names)");
  EXPECT_EQ(inspect(kGolden / "safetensors_reference.safetensors")["architecture"], "unknown");
}

TEST(Inspection, VerifiesAFolderOfWeightsWithoutAConfiguration) {
  const ScratchFolder folder;
  fs::copy_file(kGolden / "vae_tiny.oldnames.safetensors", folder / "vae.safetensors");
  folder.write("README.md", "weights");
  const auto json = inspect(folder.path());
  EXPECT_EQ(json["kind"], "weights folder");
  EXPECT_EQ(json["not_verified"].size(), 1U);
  EXPECT_TRUE(contains(describe(json),
                       "  (root): vae.safetensors: VAE (AutoencoderKL), 4 latent channels, names "
                       "of diffusers before 0.18; 152 tensors, "));
  folder.write("broken.safetensors", "x");
  EXPECT_TRUE(contains(failure_of(ExitCode::kInput, [&] { (void)inspect(folder.path()); }),
                       "broken.safetensors: "));
}

TEST(Inspection, KnowsTheFormatOfAnAdapter) {
  const auto kohya = inspect(kGolden / "lora_tiny.kohya.safetensors");
  EXPECT_EQ(kohya["kind"], "adapter");
  EXPECT_EQ(kohya["format"], "kohya");
  EXPECT_EQ(kohya["layers"], 110);
  EXPECT_EQ(kohya["ranks"], nlohmann::ordered_json({4}));
  EXPECT_EQ(kohya["scales"], nlohmann::ordered_json({2.0}));
  EXPECT_EQ(inspect(kGolden / "lora_tiny.diffusers.safetensors")["format"], "diffusers");
  const auto peft = inspect(kGolden / "lora_tiny_peft");
  EXPECT_EQ(peft["format"], "peft");
  EXPECT_EQ(peft["files"].size(), 2U);
  EXPECT_TRUE(contains(describe(peft),
                       "adapter (peft format), verified\n  110 layers, rank 4, "
                       "scale 2.0\n"));
}

/// A U-Net in two shards beside a component that was not fetched.
void write_model(const ScratchFolder& folder) {
  folder.write("model_index.json", R"({"_class_name": "P", "unet": ["diffusers", "U"],
      "vae": ["diffusers", "V"], "safety_checker": [null, null]})");
  folder.write("unet/config.json", "{}");
  folder.write("unet/notes.txt", "hello");
  write_safetensors(folder / "unet/1.safetensors", {{"a", at::full({3}, 1.0)}});
  write_safetensors(folder / "unet/2.safetensors", {{"b", at::full({2}, 1.0)}});
  folder.write("unet/model.safetensors.index.json",
               R"({"weight_map": {"a": "1.safetensors", "b": "2.safetensors"}})");
}

TEST(Inspection, VerifiesEveryFileOfAModelFolder) {
  const ScratchFolder folder;
  write_model(folder);
  const auto json = inspect(folder.path());
  EXPECT_EQ(json["kind"], "model folder");
  EXPECT_EQ(json["class"], "P");
  ASSERT_EQ(json["components"].size(), 3U);
  EXPECT_EQ(json["components"][1]["name"], "unet");
  EXPECT_EQ(json["components"][1]["weights"].size(), 3U);
  EXPECT_EQ(json["components"][1]["weights"][2]["elements"], 5);
  EXPECT_EQ(json["components"][2]["missing"], true);
  EXPECT_EQ(json["files"].size(), 6U);
  EXPECT_EQ(json["not_verified"].size(), 1U);
  EXPECT_TRUE(contains(describe(json), "  vae: not here\n"));
}

TEST(Inspection, FailsOnTheFirstBrokenFileOfAModel) {
  const ScratchFolder folder;
  write_model(folder);
  fs::resize_file(folder / "unet/2.safetensors", 20);
  const auto message = failure_of(ExitCode::kInput, [&] { (void)inspect(folder.path()); });
  EXPECT_TRUE(contains(message, "2.safetensors: "));
}

TEST(Inspection, LetsNothingHostileReachATerminal) {
  const ScratchFolder folder;
  const std::string header = R"({"\u001b[31m":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},)"
                             R"("__metadata__":{"k\u009b":"v\n\u202e"}})";
  const auto path = folder.write("a\x1b.safetensors", rocm::test::safetensors_bytes(header, 1));
  const std::string text = describe(inspect(path));
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_TRUE(contains(text, "    \\x1b[31m  U8 [1]\n"));
  EXPECT_TRUE(contains(text, "  k\\u{9b} = v\\n\\u{202e}\n"));
  EXPECT_TRUE(contains(text, "a\\x1b.safetensors: safetensors, verified\n"));
}

TEST(Inspection, CutsALongListOfMetadata) {
  const ScratchFolder folder;
  std::map<std::string, std::string> metadata;
  for (int i = 0; i < 100; ++i) metadata["key" + std::to_string(i)] = "value";
  write_safetensors(folder / "a.safetensors", {{"x", at::full({1}, 1.0)}}, metadata);
  EXPECT_TRUE(contains(describe(inspect(folder / "a.safetensors")), "  and 88 more\n"));
}

TEST(Inspection, NamesWhatAPickleHoldsBesideItsTensors) {
  const auto json = inspect(kGolden / "hps_tiny.pt");
  EXPECT_EQ(json["kind"], "torch file");
  EXPECT_EQ(json["section"], "state_dict");
  EXPECT_GT(json["tensors"].size(), 10U);
  EXPECT_TRUE(contains(describe(json), "  the tensors lie below \"state_dict\"\n"));
}

/// A run of two steps with a checkpoint.
RunFolder write_run(const ScratchFolder& folder) {
  RunFolder run(folder / "run");
  run.create();
  folder.write("run/metrics.jsonl", "{\"step\":1}\n{\"step\":2}\n{\"st");
  folder.write("run/log/rank-0000.log", "2026-11-25T20:00:00.000 info DONE\n");
  CheckpointFolder(run.checkpoints())
      .save(2, {{"seed", 0}},
            std::vector<CheckpointFile>{
                {"note.txt", [](const fs::path& path) { std::ofstream(path) << "hello"; }}},
            0);
  return run;
}

TEST(Inspection, VerifiesARunFolder) {
  const ScratchFolder folder;
  const RunFolder run = write_run(folder);
  const auto json = inspect(run.path());
  EXPECT_EQ(json["kind"], "run");
  EXPECT_EQ(json["status"], "DONE");
  EXPECT_EQ(json["steps"], 2) << "without the line that was not finished";
  EXPECT_EQ(json["checkpoints"], nlohmann::ordered_json({2}));
  EXPECT_TRUE(contains(describe(json), "  2 steps\n  checkpoints, all intact: 2\n"));
  EXPECT_EQ(inspect(run.checkpoints() / "step-000002")["step"], 2);
}

TEST(Inspection, FindsTheDamageInACheckpointOfARun) {
  const ScratchFolder folder;
  const RunFolder run = write_run(folder);
  folder.write("run/checkpoints/step-000002/note.txt", "hullo");
  for (const fs::path& path : {run.path(), run.checkpoints() / "step-000002"}) {
    EXPECT_TRUE(
        contains(failure_of(ExitCode::kCheckpoint, [&] { (void)inspect(path); }), "note.txt"));
  }
}

TEST(Inspection, FindsALineOfMetricsThatIsNone) {
  const ScratchFolder folder;
  const RunFolder run = write_run(folder);
  folder.write("run/metrics.jsonl", "{\"step\":1}\n{\"step\":\n");
  EXPECT_TRUE(contains(failure_of(ExitCode::kInput, [&] { (void)inspect(run.path()); }),
                       "metrics.jsonl:2"));
}

TEST(Inspection, RefusesATrajectoryFileThatIsNone) {
  const ScratchFolder folder;
  EXPECT_TRUE(contains(
      failure_of(ExitCode::kInput, [&] { (void)inspect(folder.write("a.h5", "no HDF5")); }),
      "no HDF5 file, or a broken one"));
}

TEST(Inspection, RefusesFilesOfUnknownKinds) {
  const ScratchFolder folder;
  const auto refusal = [](const fs::path& path) {
    return failure_of(ExitCode::kInput, [&] { (void)inspect(path); });
  };
  EXPECT_TRUE(contains(refusal(folder.write("a.png", "x")), "a file of no known kind"));
  EXPECT_TRUE(contains(refusal(folder / "none"), "cannot read the file"));
  EXPECT_TRUE(contains(refusal(folder.path()), "the folder holds no model"));
}

}  // namespace
}  // namespace rocm::data
