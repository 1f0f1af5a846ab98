// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace rocm::launcher {

/// The GPUs that this process may use, as CUDA_VISIBLE_DEVICES names them: the words of that
/// variable if it is set, else 0, 1, ...
[[nodiscard]] std::vector<std::string> visible_devices();

/// Those of one of several jobs that run beside each other, as a value of CUDA_VISIBLE_DEVICES: as
/// many as the job has ranks, from where the job before it ends, and from the first again after the
/// last. Empty if there is nothing to share out: at most one device.
[[nodiscard]] std::string devices_of_job(std::span<const std::string> devices, std::size_t job,
                                         std::size_t ranks);

}  // namespace rocm::launcher
