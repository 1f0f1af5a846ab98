// SPDX-License-Identifier: Apache-2.0
#include "data/key_aliases.hpp"

#include <filesystem>

#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include "data/safetensors.hpp"
#include "dist/base/contract.hpp"
#include "tests/support/failure_of.hpp"
#include "tests/support/source_paths.hpp"

namespace rocm::data {
namespace {

const std::filesystem::path kGolden = test::golden_folder();

std::vector<std::string> names_of(const NamedTensors& tensors) {
  std::vector<std::string> names;
  for (const auto& [name, tensor] : tensors) names.push_back(name);
  return names;
}

NamedTensors named(std::initializer_list<const char*> names) {
  NamedTensors tensors;
  for (const char* name : names) tensors[name] = at::zeros({1});
  return tensors;
}

TEST(TextModelPrefix, IsAddedWhereNewerTransformersLeaveItOut) {
  EXPECT_EQ(names_of(with_text_model_prefix(named({"embeddings.x", "encoder.y"}))),
            (std::vector<std::string>{"text_model.embeddings.x", "text_model.encoder.y"}));
}

TEST(TextModelPrefix, IsKeptWhereItIsThere) {
  EXPECT_EQ(names_of(with_text_model_prefix(named({"text_model.final_layer_norm.weight"}))),
            (std::vector<std::string>{"text_model.final_layer_norm.weight"}));
}

TEST(TextModelPrefix, IsNeverGivenToTheProjection) {
  EXPECT_EQ(names_of(with_text_model_prefix(named({"encoder.y", "text_projection.weight"}))),
            (std::vector<std::string>{"text_model.encoder.y", "text_projection.weight"}));
}

TEST(TextModelPrefix, RefusesATensorUnderBothNames) {
  const auto message = rocm::test::failure_of(ExitCode::kInput, [] {
    (void)with_text_model_prefix(named({"embeddings.x", "text_model.embeddings.x"}));
  });
  EXPECT_NE(message.find("text_model.embeddings.x: the tensor is stored under two names"),
            std::string::npos)
      << message;
}

TEST(VaeNames, OfOldDiffusersBecomeTheCurrentOnesWithEqualTensors) {
  const auto current = SafetensorsFile::open(kGolden / "vae_tiny.weights.safetensors").all();
  const auto old = SafetensorsFile::open(kGolden / "vae_tiny.oldnames.safetensors").all();
  ASSERT_NE(names_of(old), names_of(current));
  const NamedTensors renamed = with_current_vae_names(old);
  ASSERT_EQ(names_of(renamed), names_of(current));
  for (const auto& [name, tensor] : current) EXPECT_TRUE(renamed.at(name).equal(tensor)) << name;
}

TEST(VaeNames, LoseTheUnitKernelOfAttentionWeightsOnly) {
  const NamedTensors renamed = with_current_vae_names(
      {{"decoder.mid_block.attentions.0.query.weight", at::zeros({4, 4, 1, 1})},
       {"decoder.mid_block.attentions.0.to_k.weight", at::zeros({4, 4, 1, 1})},
       {"quant_conv.weight", at::zeros({4, 4, 1, 1})}});
  EXPECT_EQ(renamed.at("decoder.mid_block.attentions.0.to_q.weight").sizes(),
            (at::IntArrayRef{4, 4}));
  EXPECT_EQ(renamed.at("decoder.mid_block.attentions.0.to_k.weight").sizes(),
            (at::IntArrayRef{4, 4}));
  EXPECT_EQ(renamed.at("quant_conv.weight").dim(), 4);
}

TEST(VaeNames, OutsideAttentionAreLeftAlone) {
  EXPECT_EQ(
      names_of(with_current_vae_names(named({"a.key.weight", "x.attentions.0.monkey.weight"}))),
      (std::vector<std::string>{"a.key.weight", "x.attentions.0.monkey.weight"}));
}

TEST(PositionIds, AreDropped) {
  EXPECT_EQ(names_of(without_position_ids(
                named({"text_model.embeddings.position_ids", "text_model.embeddings.x.weight"}))),
            (std::vector<std::string>{"text_model.embeddings.x.weight"}));
}

}  // namespace
}  // namespace rocm::data
