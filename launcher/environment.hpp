// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace rocm::launcher {

/// An input file and the digest of its bytes, in hexadecimal.
struct InputFile {
  std::filesystem::path path;
  std::string sha256;
};

/// Reads every file once. Throws Failure(kInput) if one cannot be read.
[[nodiscard]] std::vector<InputFile> digests_of(const std::vector<std::filesystem::path>& files);

/// What a run depends on besides its configuration; written to environment.json.
struct RunSurroundings {
  std::vector<std::string> hosts;         ///< one per rank, in rank order
  std::vector<std::string> command_line;  ///< as typed, the program's name first
  std::vector<InputFile> inputs;          ///< every file that was read
};

/// Versions, hosts, processor and the sha256 of every input file, keys in a fixed order.
[[nodiscard]] nlohmann::ordered_json environment_json(const RunSurroundings& surroundings);

/// As typed, the program's name first. Empty where the system does not tell.
[[nodiscard]] std::vector<std::string> own_command_line();

/// {"rocm_dist": {...}, "libtorch": ..., "cuda": ..., "nccl": ..., "mpi": ..., "hdf5": ...}; a
/// library that this program was built without is null.
[[nodiscard]] nlohmann::ordered_json versions_json();

/// The same for people: what --version prints.
[[nodiscard]] std::string versions_text();

}  // namespace rocm::launcher
