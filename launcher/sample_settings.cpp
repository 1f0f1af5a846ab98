// SPDX-License-Identifier: Apache-2.0
#include "launcher/sample_settings.hpp"

#include <vector>

#include "launcher/config_io.hpp"

namespace rocm::launcher {
namespace {

/// A configuration must name a reward; sampling never looks at it.
constexpr const char* kNoConfiguration = "[[reward]]\nname = \"pickscore\"\n";

}  // namespace

Config sample_settings(const SampleRequest& request) {
  std::vector<Override> overrides{
      override_with_text("--prompts", "data.prompts", request.prompts.string())};
  overrides.insert(overrides.end(), request.overrides.begin(), request.overrides.end());
  overrides.push_back(override_with_text("--model", "model.path", request.model.string()));
  return request.config ? read_config(*request.config, overrides)
                        : parse_config(kNoConfiguration, "sample", overrides);
}

}  // namespace rocm::launcher
