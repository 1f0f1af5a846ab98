// SPDX-License-Identifier: Apache-2.0
#include "data/lora_key.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace rocm::data {
namespace {

struct Spelling {
  std::string_view name;
  LoraFormat format;
  std::string_view module;
  LoraPart part;
};

TEST(LoraKey, UnderstandsEverySpelling) {
  const std::vector<Spelling> spellings = {
      {"unet.mid.attn1.to_q.lora_A.weight", LoraFormat::kDiffusers, "mid.attn1.to_q", LoraPart::kA},
      {"unet.mid.attn1.to_q.lora_B.weight", LoraFormat::kDiffusers, "mid.attn1.to_q", LoraPart::kB},
      {"unet.mid.to_k.lora.down.weight", LoraFormat::kDiffusers, "mid.to_k", LoraPart::kA},
      {"unet.mid.to_k.lora.up.weight", LoraFormat::kDiffusers, "mid.to_k", LoraPart::kB},
      {"unet.mid.attn1.processor.to_q_lora.down.weight", LoraFormat::kDiffusers, "mid.attn1.to_q",
       LoraPart::kA},
      {"mid.attn1.processor.to_out_lora.up.weight", LoraFormat::kDiffusers, "mid.attn1.to_out.0",
       LoraPart::kB},
      {"unet.mid.to_q.alpha", LoraFormat::kDiffusers, "mid.to_q", LoraPart::kAlpha},
      {"lora_unet_mid_to_out_0.lora_down.weight", LoraFormat::kKohya, "mid_to_out_0", LoraPart::kA},
      {"lora_unet_mid_to_out_0.lora_up.weight", LoraFormat::kKohya, "mid_to_out_0", LoraPart::kB},
      {"lora_unet_mid_to_out_0.alpha", LoraFormat::kKohya, "mid_to_out_0", LoraPart::kAlpha},
      {"base_model.model.mid.to_v.lora_A.weight", LoraFormat::kPeft, "mid.to_v", LoraPart::kA},
      {"base_model.model.mid.to_v.lora_B.weight", LoraFormat::kPeft, "mid.to_v", LoraPart::kB},
  };
  for (const Spelling& spelling : spellings) {
    const auto key = parse_lora_key(spelling.name);
    ASSERT_TRUE(key.has_value()) << spelling.name;
    EXPECT_EQ(key->format, spelling.format) << spelling.name;
    EXPECT_EQ(key->module, spelling.module) << spelling.name;
    EXPECT_EQ(key->part, spelling.part) << spelling.name;
  }
}

TEST(LoraKey, IsNoOtherTensor) {
  for (const char* name :
       {"conv_in.weight", "unet.mid.to_q.weight", "lora_unet_mid.hada_w1_a", ".lora_A.weight",
        "unet.mid.to_q.lora_magnitude_vector", "lora_unet_mid.dora_scale", "", "unet."}) {
    EXPECT_FALSE(parse_lora_key(name).has_value()) << name;
  }
}

TEST(LoraKey, OfATextEncoderIsRecognised) {
  EXPECT_TRUE(is_text_encoder_lora_key("text_encoder.text_model.x.lora_A.weight"));
  EXPECT_TRUE(is_text_encoder_lora_key("lora_te_text_model_x.lora_down.weight"));
  EXPECT_TRUE(is_text_encoder_lora_key("lora_te2_text_model_x.alpha"));
  EXPECT_FALSE(is_text_encoder_lora_key("lora_unet_mid.alpha"));
}

TEST(KohyaName, HasUnderscoresForDots) {
  EXPECT_EQ(kohya_name("down_blocks.0.attn1.to_out.0"), "down_blocks_0_attn1_to_out_0");
}

}  // namespace
}  // namespace rocm::data
