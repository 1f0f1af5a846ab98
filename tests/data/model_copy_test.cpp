// SPDX-License-Identifier: Apache-2.0
#include "data/model_copy.hpp"

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <gtest/gtest.h>

#include "data/safetensors.hpp"
#include "data/safetensors_writer.hpp"
#include "dist/base/contract.hpp"
#include "tests/support/failure_of.hpp"
#include "tests/support/scratch_folder.hpp"

namespace rocm::data {
namespace {

namespace fs = std::filesystem;
using rocm::test::content_of;
using rocm::test::failure_of;
using rocm::test::ScratchFolder;

const NamedTensors kOld = {{"w.weight", at::ones({2})}};
const NamedTensors kNew = {{"w.weight", at::full({2}, 7.0)}};

std::string shard_index(const std::string& shard) {
  return R"({"metadata": {}, "weight_map": {"w.weight": ")" + shard + "\"}}";
}

/// A pipeline with sharded U-Net weights, a text encoder in the variant fp16 alone, and an
/// autoencoder with both.
class ModelCopy : public ::testing::Test {
 protected:
  ModelCopy() {
    folder_.write("model/model_index.json", R"({"_class_name": "P",
      "unet": ["diffusers", "U"], "vae": ["diffusers", "A"], "scheduler": ["diffusers", "S"],
      "text_encoder": ["transformers", "C"], "safety_checker": [null, null]})");
    folder_.write("model/README.md", "about");
    folder_.write("model/scheduler/scheduler_config.json", "{}");
    folder_.write("model/unet/config.json", "{\"u\": 1}");
    folder_.write("model/unet/diffusion_pytorch_model.bin.index.json", "{}");
    folder_.write("model/text_encoder/config.json", "{}");
    folder_.write("model/vae/config.json", "{}");
    write_safetensors(model() / "unet/diffusion_pytorch_model-00001-of-00001.safetensors", kOld);
    write_safetensors(model() / "text_encoder/model.fp16.safetensors", kOld);
    write_safetensors(model() / "vae/diffusion_pytorch_model.safetensors", kOld);
    write_safetensors(model() / "vae/diffusion_pytorch_model.fp16.safetensors", kNew);
  }

  [[nodiscard]] fs::path model() const { return folder_ / "model"; }

  [[nodiscard]] fs::path copy() const {
    auto directory = ModelDirectory::open(model());
    const fs::path place = place_for_new_folder(folder_ / "copy/");
    write_model_with_unet(place, directory, kNew);
    return place;
  }

  [[nodiscard]] std::vector<std::string> files_of(const fs::path& folder) const {
    std::vector<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(folder))
      if (entry.is_regular_file()) names.push_back(fs::relative(entry.path(), folder));
    std::ranges::sort(names);
    return names;
  }

  ScratchFolder folder_;
};

TEST_F(ModelCopy, HasEveryComponentWithTheWeightsThatAreLoadedByDefault) {
  EXPECT_EQ(files_of(copy()), (std::vector<std::string>{
                                  "model_index.json", "scheduler/scheduler_config.json",
                                  "text_encoder/config.json", "text_encoder/model.safetensors",
                                  "unet/config.json", "unet/diffusion_pytorch_model.safetensors",
                                  "vae/config.json", "vae/diffusion_pytorch_model.safetensors"}));
}

TEST_F(ModelCopy, DiffersInTheWeightsOfTheUNetAlone) {
  const fs::path place = copy();
  EXPECT_TRUE(SafetensorsFile::open(place / "unet/diffusion_pytorch_model.safetensors")
                  .tensor("w.weight")
                  .equal(kNew.at("w.weight")));
  for (const char* name :
       {"model_index.json", "unet/config.json", "vae/diffusion_pytorch_model.safetensors"})
    EXPECT_EQ(content_of(place / name), content_of(model() / name)) << name;
}

TEST_F(ModelCopy, KeepsTheShardsOfOtherComponents) {
  const fs::path vae = model() / "vae";
  const std::string shard = "diffusion_pytorch_model-00001-of-00001.safetensors";
  fs::rename(vae / "diffusion_pytorch_model.safetensors", vae / shard);
  folder_.write("model/vae/diffusion_pytorch_model.safetensors.index.json", shard_index(shard));
  const auto files = files_of(copy() / "vae");
  EXPECT_EQ(files, (std::vector<std::string>{"config.json", shard,
                                             "diffusion_pytorch_model.safetensors.index.json"}));
}

TEST_F(ModelCopy, LeavesNothingBehindWhenItFails) {
  fs::remove(model() / "vae/diffusion_pytorch_model.safetensors");
  fs::rename(model() / "vae/diffusion_pytorch_model.fp16.safetensors",
             model() / "vae/other.safetensors");
  EXPECT_NE(failure_of(ExitCode::kInput, [&] { (void)copy(); }).find("there are no weights"),
            std::string::npos);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_.path()), {}), 1) << "the model alone";
}

TEST_F(ModelCopy, TakesAnEmptyFolderAndAnAbsentOne) {
  fs::create_directories(folder_ / "copy");
  EXPECT_TRUE(fs::exists(copy() / "model_index.json"));
}

TEST(PlaceForNewFolder, RefusesWhatIsThere) {
  const ScratchFolder folder;
  folder.write("full/file", "");
  for (const char* name : {"full", "full/file"}) {
    const auto message =
        failure_of(ExitCode::kUsage, [&] { (void)place_for_new_folder(folder / name); });
    EXPECT_NE(message.find("there is something already"), std::string::npos) << message;
  }
  EXPECT_EQ(place_for_new_folder(folder / "new/").filename(), "new");
}

}  // namespace
}  // namespace rocm::data
