// SPDX-License-Identifier: Apache-2.0
#include "model/rewards/pil_bicubic.hpp"

#include <gtest/gtest.h>

#include "tests/model/golden_file.hpp"

namespace rocm::model {
namespace {

using Bytes = std::vector<std::uint8_t>;

struct Picture {
  Bytes rgb;
  PictureSize size;
};

Picture golden_picture(const std::string& name, const char* file = "image_preprocess") {
  const at::Tensor pixels_HWC = test::golden_tensors(file).at(name).contiguous();
  const auto* bytes = pixels_HWC.const_data_ptr<std::uint8_t>();
  return {.rgb = Bytes(bytes, bytes + pixels_HWC.numel()),
          .size = {.width = static_cast<int>(pixels_HWC.size(1)),
                   .height = static_cast<int>(pixels_HWC.size(0))}};
}

void expect_resized_to(const char* name) {
  const Picture source = golden_picture("src");
  const Picture expected = golden_picture(name);
  EXPECT_EQ(pil_bicubic(source.rgb, source.size, expected.size), expected.rgb);
}

TEST(PilBicubic, ShrinksAsPillowToTheBit) {
  expect_resized_to("pil_bicubic_24x40");
}

TEST(PilBicubic, EnlargesAsPillowToTheBit) {
  expect_resized_to("pil_bicubic_up_100x150");
}

TEST(PilBicubic, TakesTheAxesInPillowsOrder) {
  for (int i = 0; i < 9; ++i) {
    const Picture source = golden_picture("source_" + std::to_string(i), "pillow_resizes");
    const Picture expected = golden_picture("resized_" + std::to_string(i), "pillow_resizes");
    EXPECT_EQ(pil_bicubic(source.rgb, source.size, expected.size), expected.rgb) << i;
  }
}

TEST(PilBicubic, LeavesAPictureOfTheRightSizeAlone) {
  const Picture source = golden_picture("src");
  EXPECT_EQ(pil_bicubic(source.rgb, source.size, source.size), source.rgb);
}

TEST(PilBicubic, ClampsTheOvershootBesideAnEdge) {
  const Bytes edge{0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255};
  const Bytes wide = pil_bicubic(edge, {.width = 4, .height = 1}, {.width = 8, .height = 1});
  Bytes expected;  // Pillow's
  for (const int grey : {0, 0, 0, 52, 203, 255, 255, 255}) {
    expected.insert(expected.end(), 3, static_cast<std::uint8_t>(grey));
  }
  EXPECT_EQ(wide, expected);
}

}  // namespace
}  // namespace rocm::model
