// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <c10/core/Device.h>

namespace rocm::launcher {

/// How fast one kernel ran.
struct KernelSpeed {
  std::string kernel;  ///< "convolution"
  std::string dtype;   ///< "fp32", "bf16"
  double gflop_per_s = 0.0;
};

/// Times the kernels that training spends its time in, on one thread of the CPU or on one GPU: a
/// matrix product and a 3x3 convolution, in fp32 and bf16; the median of a few runs each. About a
/// second.
[[nodiscard]] std::vector<KernelSpeed> probe_kernels(c10::Device device);

}  // namespace rocm::launcher
