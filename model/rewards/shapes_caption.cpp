// SPDX-License-Identifier: Apache-2.0
#include "model/rewards/shapes_caption.hpp"

#include <algorithm>
#include <functional>
#include <string>

#include "dist/base/contract.hpp"

namespace rocm::model {
namespace {

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

char lowered(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  bool between = true;
  for (const char c : text) {
    if (!is_space(c)) {
      if (between) words.emplace_back();
      words.back() += lowered(c);
    }
    between = is_space(c);
  }
  return words;
}

/// Walks over the words; every read either takes what it names or refuses the caption.
class CaptionReader {
 public:
  explicit CaptionReader(std::string_view caption) : caption_(caption), words_(words_of(caption)) {}

  WantedScene scene() {
    WantedScene scene;
    scene.things.push_back(thing());
    if (next() != "on") {
      scene.relation = relation();
      scene.things.push_back(thing());
    }
    take("on");
    take("a");
    scene.background = one_of(kBackgrounds, &NamedColour::name, "a background colour");
    take("background");
    if (at_ != words_.size()) refuse("nothing more");
    return scene;
  }

 private:
  [[nodiscard]] std::string_view next() const {
    return at_ < words_.size() ? std::string_view(words_[at_]) : std::string_view();
  }

  void take(std::string_view word) {
    if (next() != word) refuse("'" + std::string(word) + "'");
    ++at_;
  }

  template <class List, class Name>
  std::size_t one_of(const List& list, Name name, const char* what) {
    const auto found = std::ranges::find(list, next(), name);
    if (found == list.end()) refuse(what);
    ++at_;
    return static_cast<std::size_t>(found - list.begin());
  }

  WantedThing thing() {
    take("a");
    WantedThing thing;
    thing.size = static_cast<ThingSize>(one_of(kSizeNames, std::identity{}, "small or large"));
    thing.colour = one_of(kThingColours, &NamedColour::name, "a colour");
    thing.shape = static_cast<ShapeKind>(one_of(kShapeNames, std::identity{}, "a shape"));
    return thing;
  }

  Relation relation() {
    static constexpr std::array<std::string_view, 4> kWords = {"left", "right", "above", "below"};
    const auto relation =
        static_cast<Relation>(one_of(kWords, std::identity{}, "'on' or a relation"));
    if (relation == Relation::kLeftOf || relation == Relation::kRightOf) take("of");
    return relation;
  }

  [[noreturn]] void refuse(const std::string& expected) const {
    const std::string found = at_ < words_.size() ? "'" + words_[at_] + "'" : "the end";
    fail(ExitCode::kInput,
         {.where = "caption \"" + std::string(caption_) + "\"",
          .problem = "word " + std::to_string(at_ + 1) + " is " + found + ", not " + expected,
          .because = "the shapes score reads only captions of the embedded world",
          .advice = "world/README.md states its language"});
  }

  std::string_view caption_;
  std::vector<std::string> words_;
  std::size_t at_ = 0;
};

}  // namespace

WantedScene parse_shapes_caption(std::string_view caption) {
  return CaptionReader(caption).scene();
}

}  // namespace rocm::model
