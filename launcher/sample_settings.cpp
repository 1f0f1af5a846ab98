// SPDX-License-Identifier: Apache-2.0
#include "launcher/sample_settings.hpp"

#include <vector>

#include "launcher/config_io.hpp"

namespace rocm::launcher {
namespace {

/// A configuration must name a reward; sampling never looks at it.
constexpr const char* kNoConfiguration = "[[reward]]\nname = \"pickscore\"\n";

}  // namespace

Config sample_settings(const SamplingFlags& flags) {
  std::vector<Override> overrides{
      override_with_text("--prompts", "data.prompts", flags.prompts.string())};
  overrides.insert(overrides.end(), flags.overrides.begin(), flags.overrides.end());
  overrides.push_back(override_with_text("--model", "model.path", flags.model.string()));
  return flags.config ? read_config(*flags.config, overrides)
                      : parse_config(kNoConfiguration, "sample", overrides);
}

}  // namespace rocm::launcher
