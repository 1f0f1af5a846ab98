// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "launcher/config/setting.hpp"

namespace rocm::launcher {

/// One key given on the command line; it wins over the file.
struct Override {
  std::string flag;   ///< as typed, for messages: "--set objective.beta=0.2"
  std::string key;    ///< dotted; arrays of tables by index: "reward.0.weight", "reward[0].weight"
  std::string value;  ///< read as TOML if it is TOML, else text
};

/// "a.b=VALUE". Throws Failure(kUsage) without a key or "=".
[[nodiscard]] Override override_from_set(const std::string& assignment);

/// The value is text, whatever it looks like.
[[nodiscard]] Override override_with_text(std::string flag, std::string key,
                                          const std::string& text);

/// The parts of a dotted key, indices among them: "reward[0].weight" and "reward.0.weight" alike.
/// Throws Failure(kUsage) at `where` for a key with an empty part.
[[nodiscard]] std::vector<std::string> parts_of_key(const std::string& key,
                                                    const std::string& where);

/// Puts a value where the key points, making tables on the way (they stand at `where`), as apply().
void put(Setting value, const std::string& key, const std::string& where, Setting::Table& settings);

/// Puts the value where the key points, making tables on the way; one past the end of a list adds
/// an entry. Whether the key means anything is seen later. Throws Failure(kUsage) naming the flag
/// for a key that leads nowhere.
void apply(const Override& change, Setting::Table& settings);

}  // namespace rocm::launcher
