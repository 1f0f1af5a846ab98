// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "dist/communicator.hpp"

namespace rocm::dist {

/// "2.28.3", or "none" in a build without CUDA.
[[nodiscard]] std::string nccl_version();

/// The GPU of the local_rank-th process of this machine: one rank, one GPU. Where the scheduler
/// shows every process a single GPU, that one. Not collective. Throws Failure(kUsage) when there
/// are fewer GPUs than ranks, or when this program was built without CUDA.
[[nodiscard]] int gpu_of(int local_rank);

/// CUDA tensors through NCCL, everything else through `host`, which must outlive the result.
/// All-reduces return when the result is there, so that a deadline around the call sees them hang;
/// the destructor never waits for a peer, so a collective of `host` has to pass between the last
/// all-reduce and the end: a peer may still be reading from us. Collective over `host`. Throws as
/// gpu_of does, and Failure(kPeerLost) when NCCL fails, now or in a collective, or when the GPUs
/// have not connected after `timeout_s` (0 = wait for ever); Failure(kUsage) if ranks share a GPU.
[[nodiscard]] std::unique_ptr<Communicator> open_nccl_communicator(Communicator& host,
                                                                   int local_rank,
                                                                   double timeout_s = 120.0);

}  // namespace rocm::dist
