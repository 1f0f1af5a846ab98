// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "launcher/config.hpp"

namespace rocm::launcher {

/// Where this host has the files that a configuration names: where it names them or, if they were
/// sent here, in copies below a folder: the file /models/unet/config.json in
/// FOLDER/models/unet/config.json.
class FilePlaces {
 public:
  /// Where they are named.
  FilePlaces() = default;

  /// Below `copies`; relative names start at `working_folder`, that of the rank that sent them.
  FilePlaces(std::filesystem::path copies, std::filesystem::path working_folder);

  /// Where to open what was named so.
  [[nodiscard]] std::filesystem::path of(const std::filesystem::path& named) const;

  /// The absolute path of the original of what of() gave: the same on every rank.
  [[nodiscard]] std::filesystem::path original(const std::filesystem::path& place) const;

  /// The configuration with every file that it is computed from at its place.
  [[nodiscard]] Config of(Config config) const;

 private:
  std::filesystem::path copies_;  ///< empty: there are none
  std::filesystem::path working_folder_;
};

}  // namespace rocm::launcher
