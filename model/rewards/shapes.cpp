// SPDX-License-Identifier: Apache-2.0
#include "model/rewards/shapes.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "model/rewards/shapes_caption.hpp"
#include "model/rewards/shapes_vision.hpp"

namespace rocm::model {
namespace {

constexpr int kFactsOfScene = 2;  // background and count
constexpr int kFactsOfThing = 3;  // colour, shape, size

/// A thing in the picture, or null: the caption's thing is matched with nothing.
using Match = const SeenThing*;

bool matched(const WantedThing& wanted, Match seen) {
  return seen != nullptr && seen->colour == wanted.colour;
}

int facts_of_thing(const WantedThing& wanted, Match seen) {
  if (!matched(wanted, seen)) return 0;
  return 1 + (seen->shape == wanted.shape ? 1 : 0) + (seen->size == wanted.size ? 1 : 0);
}

bool holds(Relation relation, const SeenThing& first, const SeenThing& second) {
  double along = second.centre_x - first.centre_x;
  double across = second.centre_y - first.centre_y;
  if (relation == Relation::kAbove || relation == Relation::kBelow) std::swap(along, across);
  const bool forward = relation == Relation::kLeftOf || relation == Relation::kAbove;
  return std::abs(along) > std::abs(across) && (along > 0) == forward;
}

int facts_of_pair(const WantedScene& wanted, Match first, Match second) {
  const int facts =
      facts_of_thing(wanted.things[0], first) + facts_of_thing(wanted.things[1], second);
  const bool both = matched(wanted.things[0], first) && matched(wanted.things[1], second);
  return facts + (both && holds(*wanted.relation, *first, *second) ? 1 : 0);
}

std::vector<Match> matches_of(const SeenScene& seen) {
  std::vector<Match> matches = {nullptr};
  for (const SeenThing& thing : seen.things) matches.push_back(&thing);
  return matches;
}

int best_matching(const WantedScene& wanted, const SeenScene& seen) {
  int best = 0;
  const std::vector<Match> matches = matches_of(seen);
  for (const Match first : matches) {
    if (!wanted.relation) best = std::max(best, facts_of_thing(wanted.things[0], first));
    for (const Match second : matches) {
      if (!wanted.relation || (first == second && first != nullptr)) continue;
      best = std::max(best, facts_of_pair(wanted, first, second));
    }
  }
  return best;
}

}  // namespace

double shapes_score(std::span<const std::uint8_t> rgb_HWC, int height, int width,
                    std::string_view caption) {
  const WantedScene wanted = parse_shapes_caption(caption);
  const SeenScene seen = look_at_shapes(rgb_HWC, height, width);
  const int facts = kFactsOfScene + kFactsOfThing * static_cast<int>(wanted.things.size()) +
                    (wanted.relation ? 1 : 0);
  const int held = (seen.background == wanted.background ? 1 : 0) +
                   (seen.things.size() == wanted.things.size() ? 1 : 0) +
                   best_matching(wanted, seen);
  return static_cast<double>(held) / facts;
}

}  // namespace rocm::model
