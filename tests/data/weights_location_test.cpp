// SPDX-License-Identifier: Apache-2.0
#include "data/weights_location.hpp"

#include <string>

#include <gtest/gtest.h>

#include "dist/base/contract.hpp"
#include "tests/support/failure_of.hpp"
#include "tests/support/scratch_folder.hpp"

namespace rocm::data {
namespace {

using rocm::test::failure_of;
using rocm::test::ScratchFolder;

/// The name that is found when the folder holds `names`.
std::string found_among(std::initializer_list<const char*> names, const std::string& variant) {
  const ScratchFolder folder;
  for (const char* name : names) folder.write(name, "");
  return locate_weights(folder.path(), variant).path.filename();
}

std::string refusal_of(std::initializer_list<const char*> names, const std::string& variant = "") {
  return failure_of(ExitCode::kInput, [&] { (void)found_among(names, variant); });
}

TEST(WeightsLocation, IsThePlainFileOfEitherLibrary) {
  EXPECT_EQ(found_among({"config.json", "diffusion_pytorch_model.safetensors"}, ""),
            "diffusion_pytorch_model.safetensors");
  EXPECT_EQ(found_among({"config.json", "model.safetensors"}, ""), "model.safetensors");
}

TEST(WeightsLocation, PrefersTheVariantThatWasAskedFor) {
  EXPECT_EQ(found_among({"model.fp16.safetensors", "model.safetensors"}, "fp16"),
            "model.fp16.safetensors");
  EXPECT_EQ(found_among({"model.fp16.safetensors", "model.safetensors"}, ""), "model.safetensors");
}

TEST(WeightsLocation, FallsBackToThePlainFileWhenTheVariantIsMissing) {
  EXPECT_EQ(found_among({"model.safetensors"}, "fp16"), "model.safetensors");
}

TEST(WeightsLocation, PrefersSafetensorsToPickles) {
  EXPECT_EQ(found_among({"pytorch_model.bin", "model.safetensors"}, ""), "model.safetensors");
}

TEST(WeightsLocation, IsTheIndexOfShardedWeightsInEverySpelling) {
  EXPECT_EQ(found_among({"model.safetensors.index.json"}, ""), "model.safetensors.index.json");
  EXPECT_EQ(found_among({"model.safetensors.index.fp16.json"}, "fp16"),
            "model.safetensors.index.fp16.json");
  EXPECT_EQ(found_among({"diffusion_pytorch_model.fp16.safetensors.index.json"}, "fp16"),
            "diffusion_pytorch_model.fp16.safetensors.index.json");
  const ScratchFolder folder;
  folder.write("model.safetensors.index.json", "");
  EXPECT_EQ(locate_weights(folder.path(), "").layout, WeightsLayout::kSharded);
}

TEST(WeightsLocation, NamesTheVariantsWhenOnlyThoseAreThere) {
  const std::string message = refusal_of({"diffusion_pytorch_model.fp16.safetensors"});
  EXPECT_NE(message.find("there are only the variants fp16"), std::string::npos) << message;
  EXPECT_NE(message.find("set model.variant = \"fp16\""), std::string::npos) << message;
}

TEST(WeightsLocation, IsAPickleWhereThereIsNothingElse) {
  EXPECT_EQ(found_among({"diffusion_pytorch_model.bin"}, ""), "diffusion_pytorch_model.bin");
  EXPECT_EQ(found_among({"pytorch_model.fp16.bin", "pytorch_model.bin"}, "fp16"),
            "pytorch_model.fp16.bin");
  EXPECT_EQ(found_among({"pytorch_model.bin.index.json"}, ""), "pytorch_model.bin.index.json");
  EXPECT_EQ(found_among({"pytorch_model.fp16.bin", "model.safetensors"}, "fp16"),
            "pytorch_model.fp16.bin")
      << "the variant goes before the format";
}

TEST(WeightsLocation, RefusesAFolderWithoutWeights) {
  EXPECT_NE(refusal_of({"config.json"}).find("there are no weights"), std::string::npos);
}

}  // namespace
}  // namespace rocm::data
