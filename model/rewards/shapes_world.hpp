// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace rocm::model {

// The embedded world's words; world/make/language.py draws the pictures from the same lists.

enum class ShapeKind { kCircle, kSquare, kTriangle, kDiamond, kCross, kRing };
enum class ThingSize { kSmall, kLarge };
enum class Relation { kLeftOf, kRightOf, kAbove, kBelow };

struct NamedColour {
  std::string_view name;
  std::array<double, 3> rgb;  ///< 0..255
};

inline constexpr std::array<std::string_view, 6> kShapeNames = {"circle",  "square", "triangle",
                                                                "diamond", "cross",  "ring"};
inline constexpr std::array<std::string_view, 2> kSizeNames = {"small", "large"};
inline constexpr std::array<NamedColour, 8> kThingColours = {{{"red", {215, 40, 45}},
                                                              {"green", {45, 160, 60}},
                                                              {"blue", {45, 80, 225}},
                                                              {"yellow", {245, 215, 50}},
                                                              {"orange", {245, 130, 30}},
                                                              {"purple", {140, 55, 185}},
                                                              {"cyan", {55, 205, 220}},
                                                              {"pink", {250, 155, 195}}}};
inline constexpr std::array<NamedColour, 4> kBackgrounds = {{{"white", {245, 245, 245}},
                                                             {"grey", {128, 128, 128}},
                                                             {"black", {18, 18, 18}},
                                                             {"brown", {100, 68, 42}}}};

/// A thing as a caption asks for it; `colour` counts in kThingColours.
struct WantedThing {
  std::size_t colour = 0;
  ShapeKind shape = ShapeKind::kCircle;
  ThingSize size = ThingSize::kSmall;
};

/// What a caption says: things[0], or things[0] `relation` things[1], on a background.
struct WantedScene {
  std::vector<WantedThing> things;
  std::optional<Relation> relation;
  std::size_t background = 0;  ///< counts in kBackgrounds
};

/// A thing as the rule sees it; an empty field is a look that has no name.
struct SeenThing {
  std::size_t colour = 0;
  std::optional<ShapeKind> shape;
  std::optional<ThingSize> size;
  double centre_x = 0;  ///< pixels, the left edge is 0
  double centre_y = 0;  ///< pixels, the upper edge is 0
};

struct SeenScene {
  std::optional<std::size_t> background;
  std::vector<SeenThing> things;
};

}  // namespace rocm::model
