// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>

#include <nlohmann/json.hpp>

namespace rocm::data {

/// One file of a checkpoint to be, and how to write it to the path that it is given.
struct CheckpointFile {
  std::string name;
  std::function<void(const std::filesystem::path& file)> write;
};

/// checkpoints/ of a run: step-000050/ and so on, and `latest`. A checkpoint is written aside,
/// synced and renamed, so that a kill, a full disk or a power loss at any moment leaves those
/// before it as they were. For rank 0; not collective. Every member throws Failure(kStorage).
class CheckpointFolder {
 public:
  /// Creates the folder and removes what killed writers left: only for the holder of the lease.
  explicit CheckpointFolder(std::filesystem::path folder);

  /// Writes the files and state.json (`state` and the step), makes the checkpoint `latest`, and
  /// removes all but the newest `keep` (0: keeps all). When it throws, nothing has changed.
  void save(std::int64_t step, nlohmann::ordered_json state, std::span<const CheckpointFile> files,
            std::int64_t keep);

  /// Forgets the checkpoints after `step`, when a run goes on from there: they belong to a course
  /// that is given up, or are damaged.
  void remove_after(std::int64_t step);

 private:
  [[nodiscard]] std::filesystem::path path_of(std::int64_t step) const;
  void remove_leftovers();
  void publish(const std::filesystem::path& aside, std::int64_t step);
  void point_latest_to(std::int64_t step);
  void prune(std::int64_t newest, std::int64_t keep);
  void remove_step(std::int64_t step);

  std::filesystem::path folder_;
};

}  // namespace rocm::data
