// SPDX-License-Identifier: Apache-2.0
#include "launcher/file_places.hpp"

#include <optional>
#include <string>
#include <utility>

namespace rocm::launcher {
namespace {

namespace fs = std::filesystem;

/// What a score is given may be two paths: CLIPDIR,HEADFILE.
std::string place_of_score(const FilePlaces& places, ScoreName score, const std::string& path) {
  const std::size_t comma = path.rfind(',');
  if (score != ScoreName::kAesthetic || comma == std::string::npos) return places.of(path).string();
  return places.of(path.substr(0, comma)).string() + ',' +
         places.of(path.substr(comma + 1)).string();
}

void place_scores(const FilePlaces& places, auto& scores) {
  for (auto& score : scores)
    if (score.path) score.path = place_of_score(places, score.name, *score.path);
}

}  // namespace

FilePlaces::FilePlaces(fs::path copies, fs::path working_folder)
    : copies_(std::move(copies)), working_folder_(std::move(working_folder)) {
}

fs::path FilePlaces::of(const fs::path& named) const {
  if (copies_.empty() || named.empty()) return named;
  return copies_ / (working_folder_ / named).lexically_normal().relative_path();
}

fs::path FilePlaces::original(const fs::path& place) const {
  const fs::path absolute = fs::absolute(place).lexically_normal();
  const fs::path below = absolute.lexically_relative(copies_);
  const bool copied = !copies_.empty() && !below.empty() && *below.begin() != "..";
  return copied ? copies_.root_path() / below : absolute;
}

Config FilePlaces::of(Config config) const {
  const auto place = [this](std::string& path) { path = of(fs::path(path)).string(); };
  place(config.model.path);
  place(config.data.prompts);
  if (config.lora.load) place(*config.lora.load);
  if (config.evaluation.prompts) place(*config.evaluation.prompts);
  place_scores(*this, config.reward);
  place_scores(*this, config.evaluation.score);
  return config;
}

}  // namespace rocm::launcher
