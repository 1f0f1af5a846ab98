// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include <nlohmann/json.hpp>

namespace rocm::data {

/// Where everything of one run lies: runs/NAME/. Names only; nothing is created by asking.
class RunFolder {
 public:
  explicit RunFolder(std::filesystem::path path);

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  [[nodiscard]] std::filesystem::path metrics() const { return path_ / "metrics.jsonl"; }

  [[nodiscard]] std::filesystem::path checkpoints() const { return path_ / "checkpoints"; }

  [[nodiscard]] std::filesystem::path result() const { return path_ / "lora.safetensors"; }

  /// samples/step-000050.png
  [[nodiscard]] std::filesystem::path samples(std::int64_t step) const;
  /// log/rank-0000.log
  [[nodiscard]] std::filesystem::path log(std::int64_t rank) const;
  /// trajectories/attempt-001
  [[nodiscard]] std::filesystem::path attempt(std::int64_t number) const;

  /// True when a job has worked here before: it left metrics, checkpoints or trajectories.
  [[nodiscard]] bool used() const;

  /// Creates the folder and its sub-folders where they are missing. Throws Failure(kStorage).
  void create() const;

  /// Creates the folder of the next attempt and returns its number, from 1. For rank 0; the others
  /// learn the number from it. Throws Failure(kStorage).
  [[nodiscard]] std::int64_t start_attempt() const;

 private:
  std::filesystem::path path_;
};

/// What a run was made from, for its config.toml, resolved.toml and environment.json.
struct RunDescription {
  std::string config;    ///< as given
  std::string resolved;  ///< as used, with every default
  nlohmann::ordered_json environment;
};

/// Replaces the three files, each complete or untouched. Throws Failure(kStorage).
void write_description(const RunFolder& folder, const RunDescription& description);

}  // namespace rocm::data
