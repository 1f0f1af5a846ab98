// SPDX-License-Identifier: Apache-2.0
#include "launcher/process_memory.hpp"

#include <fstream>
#include <sstream>
#include <string>

#include <malloc.h>

namespace rocm::launcher {

ProcessMemory process_memory() {
  std::ifstream status("/proc/self/status");
  ProcessMemory memory;
  for (std::string line; std::getline(status, line);) {
    std::istringstream words(line);
    std::string name;
    std::int64_t kibibytes = 0;
    words >> name >> kibibytes;
    if (name == "VmHWM:") memory.peak_bytes = kibibytes * 1024;
    if (name == "VmRSS:") memory.resident_bytes = kibibytes * 1024;
    if (name == "RssFile:") memory.mapped_bytes = kibibytes * 1024;
  }
  return memory;
}

void start_peak_anew() {
  std::ofstream("/proc/self/clear_refs") << "5";
}

void give_back_freed_memory() {
  ::malloc_trim(0);
}

}  // namespace rocm::launcher
