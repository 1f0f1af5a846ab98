// SPDX-License-Identifier: Apache-2.0
#include "data/image_file.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "dist/base/contract.hpp"
#include "tests/support/source_paths.hpp"

namespace rocm::data {
namespace {

const std::filesystem::path kImages = test::golden_folder() / "images";

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::uint8_t> pillow_pixels(const std::string& name) {
  const std::string bytes = content_of(kImages / (name + ".rgb"));
  return {bytes.begin(), bytes.end()};
}

class ScratchImage : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(::testing::TempDir()) /
              ::testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::create_directories(folder_);
  }

  void TearDown() override { std::filesystem::remove_all(folder_); }

  // What the user reads, without the folder.
  std::string complaint(const std::string& content) {
    std::ofstream(folder_ / "i", std::ios::binary) << content;
    try {
      (void)read_image(folder_ / "i");
    } catch (const Failure& failure) {
      EXPECT_EQ(failure.code(), ExitCode::kInput);
      return std::string(failure.what()).substr(folder_.string().size() + 1);
    }
    return "no complaint";
  }

  std::filesystem::path folder_;
};

class PillowPixels : public ::testing::TestWithParam<const char*> {};

TEST_P(PillowPixels, AreReadFromThisKindOfFile) {
  const std::string name = GetParam();
  const Image image = read_image(kImages / name);
  EXPECT_EQ(image.rgb.size(), 3U * static_cast<std::size_t>(image.width * image.height));
  EXPECT_EQ(image.rgb, pillow_pixels(name));
}

INSTANTIATE_TEST_SUITE_P(Png, PillowPixels,
                         ::testing::Values("grey_1.png", "grey_2.png", "grey_4.png", "grey_8.png",
                                           "grey_16.png", "grey_alpha.png", "grey_alpha_16.png",
                                           "palette_4.png", "palette_4_interlaced.png", "rgb.png",
                                           "rgb_16.png", "rgb_gamma.png", "rgb_interlaced.png",
                                           "rgb_transparent.png", "rgba.png", "rgba_16.png"));
INSTANTIATE_TEST_SUITE_P(Jpeg, PillowPixels,
                         ::testing::Values("cmyk.jpg", "grey.jpg", "rgb.jpg", "ycc_420.jpg",
                                           "ycc_422_progressive.jpg", "ycc_444.jpg",
                                           "ycc_exif_turned.jpg"));

TEST(Image, HasItsRowsFromTheTop) {
  const Image image = read_image(kImages / "rgb.png");
  EXPECT_EQ(image.width, 13);
  EXPECT_EQ(image.height, 9);
}

TEST_F(ScratchImage, ReadsBackWhatItWrites) {
  const Image written = read_image(kImages / "ycc_444.jpg");
  write_png(folder_ / "i.png", written);
  const Image read = read_image(folder_ / "i.png");
  EXPECT_EQ(read.width, written.width);
  EXPECT_EQ(read.rgb, written.rgb);
}

TEST_F(ScratchImage, LeavesNothingBesideThePictureThatItWrites) {
  write_png(folder_ / "i.png", {.width = 1, .height = 1, .rgb = {1, 2, 3}});
  write_png(folder_ / "i.png", {.width = 1, .height = 1, .rgb = {4, 5, 6}});
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1);
  EXPECT_EQ(read_image(folder_ / "i.png").rgb, (std::vector<std::uint8_t>{4, 5, 6}));
}

TEST_F(ScratchImage, CannotBeWrittenIntoAFolderThatIsNotThere) {
  try {
    write_png(folder_ / "none" / "i.png", {.width = 1, .height = 1, .rgb = {1, 2, 3}});
    FAIL();
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.code(), ExitCode::kStorage);
  }
}

TEST_F(ScratchImage, OfAnotherFormatIsRefused) {
  EXPECT_EQ(
      complaint("GIF89a..."),
      "i: this is no picture that can be read (it begins neither as a PNG nor as a JPEG file). "
      "convert it to PNG.");
}

TEST_F(ScratchImage, ThatIsAPngCutShortAnywhereIsRefused) {
  const std::string whole = content_of(kImages / "rgb.png");
  for (std::size_t size = 8; size < whole.size(); size += 7) {
    EXPECT_EQ(complaint(whole.substr(0, size)).substr(0, 30), "i: the PNG file cannot be read")
        << size;
  }
}

TEST_F(ScratchImage, ThatIsAJpegCutShortAnywhereIsRefused) {
  const std::string whole = content_of(kImages / "ycc_422_progressive.jpg");
  for (std::size_t size = 3; size < whole.size() - 1; size += 11) {
    EXPECT_EQ(complaint(whole.substr(0, size)).substr(0, 31), "i: the JPEG file cannot be read")
        << size;
  }
}

TEST_F(ScratchImage, WhosePngChecksumIsWrongIsRefused) {
  std::string content = content_of(kImages / "rgb.png");
  content[content.find("IEND") - 5] ^= 1;
  EXPECT_EQ(complaint(content),
            "i: the PNG file cannot be read (IDAT: CRC error). copy or export the picture again.");
}

TEST_F(ScratchImage, WhoseJpegScanEndsTooEarlyIsRefused) {
  std::string content = content_of(kImages / "ycc_444.jpg");
  content.replace(content.size() - 60, 60, "\xFF\xD9");
  EXPECT_EQ(complaint(content).substr(0, 31), "i: the JPEG file cannot be read");
}

TEST_F(ScratchImage, WhosePngHeaderClaimsTooManyPixelsIsRefusedBeforeMemoryIsTaken) {
  // 500,000 x 500,000, 8-bit RGB, with the right checksum, and nothing more
  const std::string header(
      "\x89PNG\r\n\x1a\n\0\0\0\x0DIHDR\0\x07\xA1\x20\0\x07\xA1\x20\x08\x02\0\0\0"
      "\x53\x6A\xB0\x67\0\0\0\0IDAT\x35\xAF\x06\x1E",
      45);
  EXPECT_EQ(complaint(header).substr(0, 38), "i: a picture of 500000 x 500000 pixels");
}

TEST_F(ScratchImage, WithMoreScansThanAnyEncoderWritesIsRefused) {
  // A progressive file whose last scan is repeated costs time without bound.
  const std::string whole = content_of(kImages / "ycc_422_progressive.jpg");
  const std::size_t last_scan = whole.rfind("\xFF\xDA");
  std::string content = whole.substr(0, whole.size() - 2);
  const std::string scan = whole.substr(last_scan, whole.size() - 2 - last_scan);
  for (int i = 0; i < 600; ++i) content += scan;
  EXPECT_EQ(complaint(content + "\xFF\xD9").substr(0, 31), "i: the JPEG file cannot be read");
}

}  // namespace
}  // namespace rocm::data
