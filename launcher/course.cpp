// SPDX-License-Identifier: Apache-2.0
#include "launcher/course.hpp"

#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "data/printable.hpp"
#include "dist/base/contract.hpp"
#include "launcher/config_io.hpp"
#include "launcher/config_text.hpp"

namespace rocm::launcher {
namespace {

constexpr std::size_t kMostNamed = 4;

Course course_in(const nlohmann::json& state) {
  Course course;
  const auto found = state.find("course");
  if (found == state.end() || !found->is_object()) return course;
  for (const auto& [key, value] : found->items())
    if (value.is_string()) course.emplace(key, value.get<std::string>());
  return course;
}

std::string value_in(const Course& course, const std::string& key) {
  const auto found = course.find(key);
  return found == course.end() ? "absent" : data::printable(found->second);
}

/// "model.steps was 8 and is 4", for each key whose value is not the same.
std::vector<std::string> departures(const Course& before, const Course& now) {
  Course keys = before;
  keys.insert(now.begin(), now.end());
  std::vector<std::string> found;
  for (const auto& [key, _] : keys) {
    if (value_in(before, key) == value_in(now, key)) continue;
    found.push_back(fmt::format("{} was {} and is {}", data::printable(key), value_in(before, key),
                                value_in(now, key)));
  }
  if (found.size() > kMostNamed) {
    const std::string rest = fmt::format("{} more", found.size() - kMostNamed);
    found.resize(kMostNamed);
    found.push_back(rest);
  }
  return found;
}

void require_no_departure(const std::string& where, const std::vector<std::string>& changed) {
  require(
      changed.empty(),
      {.where = where,
       .problem = fmt::format("this run began with other settings: {}", fmt::join(changed, "; ")),
       .because = "going on would mix two experiments in one record",
       .advice = "go back to the settings of the run's resolved.toml, or start anew under "
                 "another run.name"});
}

}  // namespace

Course course_of(const Config& config) {
  Config course = config;
  course.run.name = course.run.output = "";
  course.run.profile_every = 0;
  const bool steady = config.optimizer.schedule == model::LearningRateDecay::kConstant &&
                      config.objective.beta_schedule == objective::BetaSchedule::kConstant;
  if (steady) course.run.iterations = 1;  // nothing spans the run
  course.model.checkpoint = ModelConfig().checkpoint;
  course.model.checkpoint_decoder = ModelConfig().checkpoint_decoder;
  course.dist = {.reduction = config.dist.reduction};
  course.records = {};
  course.checkpoint = {};
  course.evaluation = {};
  return settings_by_key(course);
}

void require_same_course(const data::Checkpoint& checkpoint, const Config& config) {
  require_no_departure(data::printable_path(checkpoint.path),
                       departures(course_in(checkpoint.state), course_of(config)));
}

void require_same_course(const data::RunFolder& finished, const Config& config) {
  const std::filesystem::path resolved = finished.path() / "resolved.toml";
  require_no_departure(data::printable_path(resolved),
                       departures(course_of(read_config(resolved)), course_of(config)));
}

}  // namespace rocm::launcher
