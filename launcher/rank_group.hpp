// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <utility>

#include <ATen/core/Tensor.h>

#include "dist/agreement.hpp"
#include "dist/mpi_communicator.hpp"
#include "dist/roll_call.hpp"
#include "dist/topology.hpp"
#include "dist/watchdog.hpp"
#include "dist/watched_communicator.hpp"
#include "launcher/config/dist_config.hpp"

namespace rocm::launcher {

/// The ranks of a job: who they are, and how they talk. MPI carries everything until the device is
/// known; then NCCL may take the tensors that live on GPUs. Every collective is under a deadline.
class RankGroup {
 public:
  /// With the default deadline. Collective; needs a live MpiSession.
  RankGroup();

  /// The deadline of every collective from now on. Collective.
  void allow(double timeout_s);

  /// Takes the deadline from [dist] and, where the networks live on GPUs, moves tensors by NCCL as
  /// dist.backend says. Collective. Throws Failure(kUsage) if NCCL is demanded and cannot be had.
  void configure(const DistConfig& config, at::Device device);

  [[nodiscard]] dist::Communicator& communicator() { return *watched_; }

  [[nodiscard]] const dist::Topology& topology() const { return topology_; }

  [[nodiscard]] dist::Watchdog& watchdog() { return *watchdog_; }

  [[nodiscard]] bool first() const { return topology_.rank == 0; }

  /// Runs `work` on every rank. Collective: if it fails anywhere, all ranks throw the same failure,
  /// so that one line tells of it and nobody is left waiting.
  template <class Work>
  auto together(Work work) {
    return dist::together(communicator(), topology_, std::move(work));
  }

 private:
  void watch(dist::Communicator& inner, double timeout_s);

  dist::Topology topology_;
  dist::MpiCommunicator mpi_;
  std::unique_ptr<dist::Communicator> nccl_;
  std::unique_ptr<dist::Watchdog> watchdog_;
  std::unique_ptr<dist::WatchedCommunicator> watched_;
};

}  // namespace rocm::launcher
