// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace rocm::launcher {

/// Resident memory of this process.
struct ProcessMemory {
  std::int64_t resident_bytes = 0;
  std::int64_t peak_bytes = 0;  ///< the most since the start, or since start_peak_anew()
  std::int64_t mapped_bytes =
      0;  ///< of the resident ones, pages of files: shared by ranks of a host
};

/// From /proc/self/status; zeros where the system does not tell.
[[nodiscard]] ProcessMemory process_memory();

/// The peak is what is resident now.
void start_peak_anew();

/// Gives memory that was freed, but kept for later, back to the system.
void give_back_freed_memory();

}  // namespace rocm::launcher
