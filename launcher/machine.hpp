// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <istream>
#include <string>
#include <vector>

namespace rocm::launcher {

/// The computer that this process runs on, as far as speed and reproducibility depend on it.
struct Machine {
  std::string processor;           ///< "AMD EPYC 9654 96-Core Processor"
  std::vector<std::string> flags;  ///< of its instruction sets that matter here, such as "avx512f"
  std::vector<std::size_t> cores;  ///< numbers of those that this process may use
  std::int64_t cores_online = 1;   ///< of the host
  std::int64_t memory_bytes = 0;   ///< in all
  std::int64_t free_bytes = 0;     ///< that programs could still get
};

[[nodiscard]] Machine this_machine();

/// The processor's name and flags from the text of /proc/cpuinfo.
[[nodiscard]] Machine parse_cpuinfo(std::istream& text);

}  // namespace rocm::launcher
