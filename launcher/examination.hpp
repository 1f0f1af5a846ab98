// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dist/topology.hpp"
#include "launcher/kernel_probe.hpp"
#include "launcher/machine.hpp"

namespace rocm::launcher {

enum class GpuSupport { kBuilt, kNotBuilt };

/// What doctor found out.
struct Examination {
  Machine machine;                      ///< rank 0's
  std::vector<std::string> processors;  ///< one per rank
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
