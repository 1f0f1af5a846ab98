// SPDX-License-Identifier: Apache-2.0
#include "launcher/launched_rank.hpp"

#include <cstdlib>
#include <initializer_list>

namespace rocm::launcher {

int launched_rank() {
  // In this order: under mpirun inside a Slurm job, Slurm's number is that of mpirun's daemon.
  for (const char* name : {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "SLURM_PROCID"}) {
    if (const char* rank = std::getenv(name)) return std::atoi(rank);
  }
  return 0;
}

}  // namespace rocm::launcher
