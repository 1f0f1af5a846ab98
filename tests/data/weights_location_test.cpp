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

/// The variant of a folder that holds `names`.
std::string variant_among(std::initializer_list<const char*> names) {
  const ScratchFolder folder;
  for (const char* name : names) folder.write(name, "");
  return only_variant(folder.path());
}

TEST(OnlyVariant, IsTheOneInWhichAllWeightsAre) {
  EXPECT_EQ(variant_among({"config.json", "model.fp16.safetensors"}), "fp16");
  EXPECT_EQ(
      variant_among({"model.safetensors.index.fp16.json", "model.fp16-00001-of-00002.safetensors",
                     "model.fp16-00002-of-00002.safetensors"}),
      "fp16");
}

TEST(OnlyVariant, IsNoneWherePlainWeightsAreOrSeveralVariants) {
  EXPECT_EQ(variant_among({"model.safetensors", "model.fp16.safetensors"}), "");
  EXPECT_EQ(variant_among({"model.bf16.safetensors", "model.fp16.safetensors"}), "");
  EXPECT_EQ(variant_among({"config.json"}), "");
}

TEST(IsWeightsName, KnowsWeightsOfEveryLibraryFromConfigurations) {
  for (const char* name : {"model.safetensors", "pytorch_model.bin", "flax_model.msgpack",
                           "model.safetensors.index.json", "model.onnx", "tf_model.h5"})
    EXPECT_TRUE(is_weights_name(name)) << name;
  for (const char* name : {"config.json", "vocab.json", "merges.txt", "tokenizer.json"})
    EXPECT_FALSE(is_weights_name(name)) << name;
}

}  // namespace
}  // namespace rocm::data
