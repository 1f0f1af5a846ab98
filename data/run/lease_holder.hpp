// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rocm::data {

/// Who works in a run folder. A process number alone says little: numbers are given again, and
/// other hosts have their own.
struct LeaseHolder {
  std::string host;
  std::string boot;           ///< identifies the host's current uptime
  std::int64_t process = 0;   ///< its number
  std::string process_start;  ///< when it began, in the kernel's count since boot
  std::string slurm_job;      ///< empty outside Slurm; a requeued job keeps it
  std::string since;          ///< for people: UTC

  bool operator==(const LeaseHolder&) const = default;
};

[[nodiscard]] LeaseHolder this_process();

/// True when the holder is a process of this host that is still running.
[[nodiscard]] bool runs_here(const LeaseHolder& holder);

[[nodiscard]] std::string to_json(const LeaseHolder& holder);

/// Nothing when the text is not one that to_json wrote.
[[nodiscard]] std::optional<LeaseHolder> parse_lease_holder(std::string_view text);

/// "host node7, process 4711, Slurm job 12, since 2026-01-31T12:00:00Z", safe for a terminal.
[[nodiscard]] std::string description_of(const LeaseHolder& holder);

}  // namespace rocm::data
