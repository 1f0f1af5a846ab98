// SPDX-License-Identifier: Apache-2.0
// Built instead of nccl_communicator.cpp when ROCM_CUDA is OFF.
#include "dist/base/contract.hpp"
#include "dist/nccl_communicator.hpp"

namespace rocm::dist {
namespace {

[[noreturn]] void refuse() {
  fail(ExitCode::kUsage, {.where = "dist.backend",
                          .problem = "this rocm-dist has no GPU support",
                          .because = "it was configured with ROCM_CUDA=OFF",
                          .advice = "build it with cmake --preset cuda, or use backend = \"mpi\""});
}

}  // namespace

std::string nccl_version() {
  return "none";
}

int gpu_of(int /*local_rank*/) {
  refuse();
}

std::unique_ptr<Communicator> open_nccl_communicator(Communicator& /*host*/, int /*local_rank*/,
                                                     double /*timeout_s*/) {
  refuse();
}

}  // namespace rocm::dist
