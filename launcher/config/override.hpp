// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace rocm::launcher {

/// One key given on the command line; it wins over the file.
struct Override {
  std::string flag;   ///< as typed, for messages: "--set objective.beta=0.2"
  std::string key;    ///< dotted; arrays of tables by index: "reward.0.weight", "reward[0].weight"
  std::string value;  ///< TOML
};

/// "a.b=VALUE": VALUE is read as TOML if it is TOML, else taken as text. Throws Failure(kUsage)
/// without "=" or key.
[[nodiscard]] Override override_from_set(const std::string& assignment);

/// The value is text, whatever it looks like.
[[nodiscard]] Override override_with_text(std::string flag, std::string key,
                                          const std::string& text);

}  // namespace rocm::launcher
