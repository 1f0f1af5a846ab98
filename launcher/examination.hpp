// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dist/topology.hpp"
#include "launcher/kernel_probe.hpp"
#include "launcher/machine.hpp"

namespace rocm::launcher {

enum class GpuSupport { kBuilt, kNotBuilt };

/// What doctor found out, seen from rank 0.
struct Examination {
  Machine machine;
  std::vector<std::string> processors;  ///< one per rank
  std::int64_t host_cores = 1;          ///< that the ranks of this host have together
  dist::Topology topology;
  std::optional<std::string> omp_num_threads;  ///< of the environment
  GpuSupport gpu_support = GpuSupport::kNotBuilt;
  int num_gpus = 0;
  std::vector<KernelSpeed> cpu_speeds;
  std::vector<KernelSpeed> gpu_speeds;
};

/// What to change, one sentence each; nothing when all is well.
[[nodiscard]] std::vector<std::string> advice_for(const Examination& examination);

/// The findings and the advice for people.
[[nodiscard]] std::string examination_text(const Examination& examination);

}  // namespace rocm::launcher
