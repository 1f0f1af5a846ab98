// SPDX-License-Identifier: Apache-2.0
#include "launcher/rank_group.hpp"

#include "dist/base/contract.hpp"
#include "dist/base/log.hpp"
#include "dist/nccl_communicator.hpp"

namespace rocm::launcher {

RankGroup::RankGroup() : topology_(dist::discover()) {
  Log::set_rank(topology_.rank, topology_.world_size);
  watch(mpi_, DistConfig().timeout_s);
}

void RankGroup::watch(dist::Communicator& inner, double timeout_s) {
  watched_.reset();  // before the watchdog that it refers to
  watchdog_.reset();
  watchdog_ = std::make_unique<dist::Watchdog>(
      topology_,
      dist::WatchdogOptions{.timeout_s = timeout_s, .roll_call = dist::open_mpi_roll_call()});
  watched_ = std::make_unique<dist::WatchedCommunicator>(inner, *watchdog_);
}

void RankGroup::allow(double timeout_s) {
  watch(mpi_, timeout_s);
}

void RankGroup::configure(const DistConfig& config, at::Device device) {
  require(config.backend != Backend::kNccl || device.is_cuda(),
          {.where = "dist.backend",
           .problem = "NCCL needs the networks on a GPU",
           .because = "it moves GPU memory only, and model.device is the CPU here",
           .advice = "use dist.backend = \"auto\" or \"mpi\""});
  const bool worth_it = topology_.world_size > 1 || config.backend == Backend::kNccl;
  if (device.is_cuda() && config.backend != Backend::kMpi && worth_it)
    nccl_ = dist::open_nccl_communicator(mpi_, topology_.local_rank);
  watch(nccl_ ? *nccl_ : mpi_, config.timeout_s);
}

}  // namespace rocm::launcher
