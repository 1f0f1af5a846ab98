// SPDX-License-Identifier: Apache-2.0
#include "model/rewards/shapes.hpp"

#include <array>
#include <cctype>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "dist/base/contract.hpp"
#include "model/rewards/shapes_caption.hpp"
#include "model/rewards/shapes_vision.hpp"
#include "tests/support/source_paths.hpp"

namespace rocm::model {
namespace {

constexpr int kSide = 64;
constexpr std::size_t kBytes = std::size_t{3} * kSide * kSide;

struct Case {
  std::vector<std::uint8_t> rgb_HWC;
  std::string caption;
  double score = 0;
};

/// Pictures with the scores of the rule's Python twin (world/make/fixtures.py).
std::vector<Case> recorded_cases() {
  const std::filesystem::path folder = test::golden_folder() / "shapes";
  std::ifstream pictures(folder / "pictures.bin", std::ios::binary);
  std::ifstream scores(folder / "scores.tsv");
  std::vector<Case> cases;
  for (std::string line; std::getline(scores, line);) {
    const std::size_t tab = line.find('\t');
    Case next{std::vector<std::uint8_t>(kBytes), line.substr(tab + 1), std::stod(line)};
    pictures.read(reinterpret_cast<char*>(next.rgb_HWC.data()),
                  static_cast<std::streamsize>(kBytes));
    cases.push_back(std::move(next));
  }
  return cases;
}

double score_of(const Case& item, const std::string& caption) {
  return shapes_score(item.rgb_HWC, kSide, kSide, caption);
}

/// A grey picture with filled rectangles {left, top, width, height} of one colour.
std::vector<std::uint8_t> rectangles(const std::vector<std::array<int, 4>>& boxes,
                                     std::array<std::uint8_t, 3> rgb) {
  std::vector<std::uint8_t> picture(kBytes, 128);
  for (const auto& [left, top, width, height] : boxes) {
    for (int y = top; y < top + height; ++y) {
      for (int x = left; x < left + width; ++x) {
        for (std::size_t c = 0; c < 3; ++c) {
          picture[3 * (static_cast<std::size_t>(y) * kSide + static_cast<std::size_t>(x)) + c] =
              rgb[c];
        }
      }
    }
  }
  return picture;
}

std::string complaint_about(const std::string& caption) {
  try {
    static_cast<void>(parse_shapes_caption(caption));
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.code(), ExitCode::kInput);
    return failure.what();
  }
  return "";
}

TEST(Shapes, ScoresEveryRecordedPictureAsItsPythonTwinDoes) {
  const std::vector<Case> cases = recorded_cases();
  ASSERT_EQ(cases.size(), 41U);
  for (const Case& item : cases) {
    EXPECT_NEAR(score_of(item, item.caption), item.score, 1e-9) << item.caption;
  }
}

TEST(Shapes, ReadsCaptionsWhateverTheirCaseAndSpaces) {
  const Case item = recorded_cases().front();
  std::string loud = "  ";
  for (const char c : item.caption) {
    loud += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    if (c == ' ') loud += "\t ";
  }
  EXPECT_EQ(score_of(item, loud), item.score);
}

TEST(Shapes, CountsShapeAndSizeOnlyWhereTheColourIsRight) {
  const std::vector<std::uint8_t> picture = rectangles({{{20, 20, 22, 22}}}, {215, 40, 45});
  EXPECT_EQ(shapes_score(picture, kSide, kSide, "a large red square on a grey background"), 1.0);
  EXPECT_EQ(shapes_score(picture, kSide, kSide, "a small red square on a grey background"), 0.8);
  EXPECT_EQ(shapes_score(picture, kSide, kSide, "a large red circle on a grey background"), 0.8);
  EXPECT_EQ(shapes_score(picture, kSide, kSide, "a large blue square on a grey background"), 0.4);
}

TEST(Shapes, KnowsTheDirectionOfARelationAndNotOnlyItsAxis) {
  std::vector<std::uint8_t> picture = rectangles({{{8, 26, 14, 14}}}, {215, 40, 45});
  const std::vector<std::uint8_t> right = rectangles({{{40, 26, 14, 14}}}, {45, 80, 225});
  for (std::size_t i = 0; i < kBytes; ++i) {
    if (right[i] != 128) picture[i] = right[i];
  }
  const auto score = [&](const std::string& relation) {
    return shapes_score(
        picture, kSide, kSide,
        "a small red square " + relation + " a small blue square on a grey background");
  };
  EXPECT_DOUBLE_EQ(score("left of"), 1.0);
  EXPECT_DOUBLE_EQ(score("right of"), 8.0 / 9.0);
  EXPECT_DOUBLE_EQ(score("above"), 8.0 / 9.0);
}

TEST(Shapes, TakesNoThingTwiceWhenBothAreOfOneColour) {
  const std::vector<std::uint8_t> picture = rectangles({{{20, 20, 22, 22}}}, {215, 40, 45});
  const std::string caption = "a large red square above a large red square on a grey background";
  EXPECT_DOUBLE_EQ(shapes_score(picture, kSide, kSide, caption), 4.0 / 9.0);
}

TEST(Shapes, IgnoresSpotsOfFewerThanTwentyFourPixels) {
  EXPECT_TRUE(
      look_at_shapes(rectangles({{{5, 5, 4, 5}}}, {45, 80, 225}), kSide, kSide).things.empty());
  EXPECT_EQ(look_at_shapes(rectangles({{{5, 5, 4, 6}}}, {45, 80, 225}), kSide, kSide).things.size(),
            1U);
}

TEST(Shapes, RefusesOtherCaptionsAndSaysWhichWordIsAmiss) {
  EXPECT_NE(complaint_about("a large mauve circle on a grey background").find("'mauve'"),
            std::string::npos);
  EXPECT_NE(complaint_about("a large red circle on a grey").find("the end"), std::string::npos);
  EXPECT_NE(complaint_about("").find("word 1"), std::string::npos);
  EXPECT_NE(complaint_about("a large red circle on a grey background please").find("'please'"),
            std::string::npos);
}

TEST(Shapes, RefusesAPictureThatHasNotThreeBytesAPixel) {
  const std::vector<std::uint8_t> picture(kBytes - 1);
  EXPECT_THROW(static_cast<void>(look_at_shapes(picture, kSide, kSide)), ContractViolation);
}

}  // namespace
}  // namespace rocm::model
