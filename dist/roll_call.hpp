// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

namespace rocm::dist {

/// Who waits in the same collective as we? A path beside the collectives, for the watchdogs: each
/// answers once its own rank has waited a while; who has not answered is late or lost. Collectives
/// are numbered 1, 2, 3, ... alike on all ranks. No verb waits for a peer.
class RollCall {
 public:
  virtual ~RollCall() = default;

  /// Tells everyone that this rank waits in the collective.
  virtual void answer(std::int64_t collective) = 0;
  /// The ranks that have not been heard to wait in it, in order; never this one.
  [[nodiscard]] virtual std::vector<int> missing(std::int64_t collective) = 0;
};

/// Over messages of MPI, on a communicator of its own. Null when this MPI does not let the
/// watchdog's thread speak. Collective; to be opened while all ranks are well.
[[nodiscard]] std::unique_ptr<RollCall> open_mpi_roll_call();

}  // namespace rocm::dist
