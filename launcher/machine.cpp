// SPDX-License-Identifier: Apache-2.0
#include "launcher/machine.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>
#include <string_view>

#include <sched.h>
#include <unistd.h>

namespace rocm::launcher {
namespace {

constexpr std::array<std::string_view, 8> kFlagsThatMatter = {
    "avx2", "fma", "avx512f", "avx512_vnni", "avx512_bf16", "avx512_fp16", "amx_tile", "amx_bf16"};

/// "key   : value" of /proc files; nothing else in a line is lost.
std::string value_of(const std::string& line) {
  const std::size_t colon = line.find(':');
  const std::size_t begin = line.find_first_not_of(" \t", colon + 1);
  return colon == std::string::npos || begin == std::string::npos ? "" : line.substr(begin);
}

std::vector<std::string> flags_that_matter(const std::string& all) {
  std::istringstream words(all);
  std::vector<std::string> flags;
  for (std::string word; words >> word;) {
    if (std::ranges::find(kFlagsThatMatter, word) != kFlagsThatMatter.end()) flags.push_back(word);
  }
  return flags;
}

/// The cores that the scheduler, a container or mpirun's binding leaves to us.
std::vector<std::size_t> usable_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  std::vector<std::size_t> cores;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return cores;
  for (std::size_t core = 0; core < CPU_SETSIZE; ++core) {
    if (CPU_ISSET(core, &set)) cores.push_back(core);
  }
  return cores;
}

/// The line "NAME: N kB" of /proc/meminfo.
std::int64_t meminfo_bytes(std::string_view name) {
  std::ifstream file("/proc/meminfo");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(name)) continue;
    std::istringstream value(value_of(line));
    std::int64_t kibibytes = 0;
    value >> kibibytes;
    return kibibytes * 1024;
  }
  return 0;
}

}  // namespace

Machine parse_cpuinfo(std::istream& text) {
  Machine machine;
  for (std::string line; std::getline(text, line);) {
    if (line.starts_with("model name") && machine.processor.empty())
      machine.processor = value_of(line);
    if (line.starts_with("flags") && machine.flags.empty())
      machine.flags = flags_that_matter(value_of(line));
  }
  if (machine.processor.empty()) machine.processor = "unknown";
  return machine;
}

Machine this_machine() {
  std::ifstream cpuinfo("/proc/cpuinfo");
  Machine machine = parse_cpuinfo(cpuinfo);
  machine.cores = usable_cores();
  machine.cores_online = sysconf(_SC_NPROCESSORS_ONLN);
  machine.memory_bytes = meminfo_bytes("MemTotal:");
  machine.free_bytes = meminfo_bytes("MemAvailable:");
  return machine;
}

}  // namespace rocm::launcher
