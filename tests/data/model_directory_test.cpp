// SPDX-License-Identifier: Apache-2.0
#include "data/model_directory.hpp"

#include <filesystem>
#include <string>

#include <ATen/ops/arange.h>
#include <ATen/ops/full.h>
#include <gtest/gtest.h>

#include "data/safetensors_writer.hpp"
#include "dist/base/contract.hpp"
#include "tests/support/failure_of.hpp"
#include "tests/support/scratch_folder.hpp"

namespace rocm::data {
namespace {

namespace fs = std::filesystem;
using rocm::test::failure_of;
using rocm::test::ScratchFolder;

constexpr const char* kIndex = R"({"_class_name": "LatentConsistencyModelPipeline",
    "unet": ["diffusers", "UNet2DConditionModel"], "safety_checker": [null, null]})";

void write_weights(const fs::path& path, double value) {
  fs::create_directories(path.parent_path());
  write_safetensors(
      path, {{"w", at::full({1}, value)}, {"text_model.embeddings.position_ids", at::arange(3)}});
}

/// A pipeline with a U-Net, whose weight is 1 (2 in its fp16 variant), and a scheduler.
void write_pipeline(const ScratchFolder& folder, const fs::path& root = "") {
  folder.write(root / "model_index.json", kIndex);
  folder.write(root / "unet/config.json", R"({"sample_size": 8})");
  folder.write(root / "scheduler/scheduler_config.json", R"({"beta_start": 0.1})");
  write_weights(folder / root / "unet/diffusion_pytorch_model.safetensors", 1.0);
  write_weights(folder / root / "unet/diffusion_pytorch_model.fp16.safetensors", 2.0);
}

double weight_of(ModelDirectory model) {
  return model.weights("unet").at("w").item<double>();
}

TEST(ModelDirectory, ReadsAPipelineByComponents) {
  const ScratchFolder folder;
  write_pipeline(folder);
  auto model = ModelDirectory::open(folder.path());
  EXPECT_EQ(model.class_name(), "LatentConsistencyModelPipeline");
  EXPECT_EQ(model.config("unet")["sample_size"], 8);
  EXPECT_EQ(model.config("scheduler")["beta_start"], 0.1);
  EXPECT_EQ(weight_of(model), 1.0);
  EXPECT_TRUE(model.has("unet"));
  EXPECT_FALSE(model.has("vae"));
}

TEST(ModelDirectory, ReadsAModelAtItsRoot) {
  const ScratchFolder folder;
  folder.write("config.json", R"({"architectures": ["CLIPModel"]})");
  write_weights(folder / "model.safetensors", 3.0);
  auto model = ModelDirectory::open(folder.path());
  EXPECT_EQ(model.class_name(), "CLIPModel");
  EXPECT_TRUE(model.has(""));
  EXPECT_EQ(model.weights("").at("w").item<double>(), 3.0);
}

TEST(ModelDirectory, PrefersTheVariant) {
  const ScratchFolder folder;
  write_pipeline(folder);
  EXPECT_EQ(weight_of(ModelDirectory::open(folder.path(), "fp16")), 2.0);
}

TEST(ModelDirectory, DropsPositionIds) {
  const ScratchFolder folder;
  write_pipeline(folder);
  EXPECT_EQ(ModelDirectory::open(folder.path()).weights("unet").size(), 1U);
}

TEST(ModelDirectory, ReadsShardedWeights) {
  const ScratchFolder folder;
  folder.write("config.json", "{}");
  write_safetensors(folder / "a.safetensors", {{"w", at::full({1}, 5.0)}});
  folder.write("model.safetensors.index.json", R"({"weight_map": {"w": "a.safetensors"}})");
  auto model = ModelDirectory::open(folder.path());
  EXPECT_EQ(model.weights("").at("w").item<double>(), 5.0);
  EXPECT_EQ(model.files().size(), 2U);
}

TEST(ModelDirectory, ListsEveryFileReadOnce) {
  const ScratchFolder folder;
  write_pipeline(folder);
  auto model = ModelDirectory::open(folder.path());
  (void)model.config("unet");
  (void)model.weights("unet");
  (void)model.config("unet");
  model.note(folder / "tokenizer/vocab.json");
  EXPECT_EQ(model.files(),
            (std::vector<fs::path>{folder / "model_index.json", folder / "unet/config.json",
                                   folder / "unet/diffusion_pytorch_model.safetensors",
                                   folder / "tokenizer/vocab.json"}));
}

/// As huggingface_hub lays it out: blobs by hash, snapshots of links to them.
void write_cache(const ScratchFolder& folder) {
  const fs::path entry = "models--owner--name";
  write_pipeline(folder, "plain");
  folder.write(entry / "refs/main", "0123abcd\n");
  const fs::path snapshot = folder / entry / "snapshots/0123abcd";
  fs::create_directories(folder / entry / "blobs");
  int blob = 0;
  for (const auto& file : fs::recursive_directory_iterator(folder / "plain")) {
    if (!file.is_regular_file()) continue;
    const fs::path target = folder / entry / "blobs" / std::to_string(blob++);
    fs::copy(file.path(), target);
    const fs::path link = snapshot / fs::relative(file.path(), folder / "plain");
    fs::create_directories(link.parent_path());
    fs::create_symlink(fs::relative(target, link.parent_path()), link);
  }
}

TEST(ModelDirectory, FollowsACacheEntryToItsSnapshotAndTheLinksToItsBlobs) {
  const ScratchFolder folder;
  write_cache(folder);
  const fs::path entry = folder / "models--owner--name";
  EXPECT_EQ(ModelDirectory::open(entry).root(), entry / "snapshots/0123abcd");
  EXPECT_EQ(weight_of(ModelDirectory::open(entry)), 1.0);
  EXPECT_EQ(weight_of(ModelDirectory::open(entry / "snapshots/0123abcd", "fp16")), 2.0);
}

TEST(ModelDirectory, TakesTheOnlySnapshotOfACacheEntryWithoutAReference) {
  const ScratchFolder folder;
  write_cache(folder);
  fs::remove(folder / "models--owner--name/refs/main");
  EXPECT_EQ(weight_of(ModelDirectory::open(folder / "models--owner--name")), 1.0);
  fs::create_directory(folder / "models--owner--name/snapshots/other");
  const auto message = failure_of(
      ExitCode::kInput, [&] { (void)ModelDirectory::open(folder / "models--owner--name"); });
  EXPECT_NE(message.find("2 snapshots and no refs/main"), std::string::npos) << message;
}

TEST(ModelDirectory, RefusesAReferenceThatLeavesTheSnapshots) {
  const ScratchFolder folder;
  write_cache(folder);
  folder.write("models--owner--name/refs/main", "../../plain");
  const auto message = failure_of(
      ExitCode::kInput, [&] { (void)ModelDirectory::open(folder / "models--owner--name"); });
  EXPECT_NE(message.find("there is no snapshot \"../../plain\""), std::string::npos) << message;
}

TEST(ModelDirectory, SaysThatABlobIsMissing) {
  const ScratchFolder folder;
  write_cache(folder);
  fs::remove_all(folder / "models--owner--name/blobs");
  const auto message = failure_of(ExitCode::kInput, [&] {
    (void)ModelDirectory::open(folder / "models--owner--name/snapshots/0123abcd");
  });
  EXPECT_NE(message.find("links to files that are missing"), std::string::npos) << message;
}

TEST(ModelDirectory, RefusesWhatIsNoModelFolder) {
  const ScratchFolder folder;
  const auto refusal = [](const fs::path& path) {
    return failure_of(ExitCode::kInput, [&] { (void)ModelDirectory::open(path); });
  };
  EXPECT_NE(refusal(folder / "none").find("there is no such folder"), std::string::npos);
  EXPECT_NE(refusal(folder.path()).find("the folder holds no model"), std::string::npos);
}

TEST(ModelDirectory, RefusesComponentsThatLeaveTheFolder) {
  const ScratchFolder folder;
  write_pipeline(folder);
  const auto model = ModelDirectory::open(folder.path());
  const auto message = failure_of(ExitCode::kInput, [&] { (void)model.folder("../secret"); });
  EXPECT_NE(message.find("\"../secret\" is no plain name"), std::string::npos) << message;
}

TEST(ModelDirectory, RefusesAVariantThatIsAPath) {
  const ScratchFolder folder;
  write_pipeline(folder);
  const auto message =
      failure_of(ExitCode::kUsage, [&] { (void)ModelDirectory::open(folder.path(), "../fp16"); });
  EXPECT_NE(message.find("model.variant: \"../fp16\" is no variant"), std::string::npos) << message;
}

}  // namespace
}  // namespace rocm::data
