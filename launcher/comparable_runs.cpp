// SPDX-License-Identifier: Apache-2.0
#include "launcher/comparable_runs.hpp"

#include <optional>

#include <fmt/format.h>

#include "data/printable.hpp"
#include "dist/base/contract.hpp"
#include "launcher/config_text.hpp"

namespace rocm::launcher {
namespace {

std::map<std::string, std::string> comparable_settings(const EvaluatedRun& run) {
  Config config = run.config;
  config.model.path = plain_path(config.model.path).string();  // one spelling
  return sampling_settings(config);
}

std::string value_of(const std::map<std::string, std::string>& settings, const std::string& key) {
  const auto found = settings.find(key);
  return found == settings.end() ? "absent" : data::printable(found->second);
}

/// "model.steps is 8 in a and 4 in b", of the first setting in which they differ.
std::optional<std::string> departure_of(const EvaluatedRun& run, const EvaluatedRun& first) {
  const auto theirs = comparable_settings(first);
  const auto own = comparable_settings(run);
  auto keys = theirs;
  keys.insert(own.begin(), own.end());
  for (const auto& [key, _] : keys)
    if (value_of(theirs, key) != value_of(own, key))
      return fmt::format("{} is {} in {} and {} in {}", key, value_of(theirs, key), first.name,
                         value_of(own, key), run.name);
  return std::nullopt;
}

}  // namespace

std::map<std::string, std::string> sampling_settings(const Config& config) {
  Config sampling;
  sampling.model = config.model;
  auto settings = settings_by_key(sampling);
  std::erase_if(settings, [](const auto& setting) {
    const std::string& key = setting.first;
    return !key.starts_with("model.") || key == "model.device" ||
           key.starts_with("model.checkpoint");
  });
  return settings;
}

void require_same_sampling(std::span<const EvaluatedRun> runs) {
  const EvaluatedRun& first = runs.front();
  for (const EvaluatedRun& run : runs.subspan(1)) {
    const auto departure = departure_of(run, first);
    require(!departure.has_value(),
            {.where = "rocm-dist evaluate",
             .problem = departure.value_or(""),
             .because = "they would not share the base model's pictures, which policies are "
                        "paired with",
             .advice = "evaluate each alone, or give all of them one value with --set"});
  }
}

}  // namespace rocm::launcher
