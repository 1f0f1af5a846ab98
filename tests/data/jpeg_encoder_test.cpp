// SPDX-License-Identifier: Apache-2.0
#include "data/jpeg_encoder.hpp"

#include <cstdlib>

#include <gtest/gtest.h>

#include "data/jpeg_codec.hpp"
#include "dist/base/contract.hpp"
#include "tests/support/failure_of.hpp"

namespace rocm::data {
namespace {

Image gradient(int width, int height) {
  Image image{.width = width, .height = height};
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (int c = 0; c < 3; ++c)
        image.rgb.push_back(static_cast<std::uint8_t>(255 * (x + c * y) / (width + 2 * height)));
  return image;
}

TEST(JpegEncoder, WritesAFileThatReadsBackNearly) {
  const Image image = gradient(37, 23);
  const Image back = decode_jpeg(encode_jpeg(image), "picture");
  ASSERT_EQ(back.rgb.size(), image.rgb.size());
  int worst = 0;
  for (std::size_t i = 0; i < image.rgb.size(); ++i)
    worst = std::max(worst, std::abs(image.rgb[i] - back.rgb[i]));
  EXPECT_LE(worst, 16);
}

TEST(JpegEncoder, HasNoMetadataButJfif) {
  const std::string file = encode_jpeg(gradient(8, 8));
  EXPECT_EQ(file.substr(6, 4), "JFIF");
  EXPECT_EQ(file.find("\xFF\xE1"), std::string::npos);  // EXIF
}

TEST(JpegEncoder, RefusesWhatJpegCannotHold) {
  const Image wide{.width = 65501, .height = 1, .rgb = std::vector<std::uint8_t>(65501 * 3)};
  EXPECT_NE(rocm::test::failure_of(ExitCode::kInput, [&] { (void)encode_jpeg(wide); }), "");
}

}  // namespace
}  // namespace rocm::data
