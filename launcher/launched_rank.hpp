// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace rocm::launcher {

/// This process's rank as mpirun or srun left it in the environment; 0 when started alone. For what
/// happens before MPI: all ranks read the same command line, and one of them is to complain.
[[nodiscard]] int launched_rank();

}  // namespace rocm::launcher
