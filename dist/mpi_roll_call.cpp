// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <list>

#include <mpi.h>

#include "dist/mpi_session.hpp"
#include "dist/roll_call.hpp"

namespace rocm::dist {
namespace {

/// MPI moves messages only while it is called: a few probes in vain are not yet silence.
constexpr int kProbesInVain = 100;

/// Errors are ignored throughout: a peer that cannot be told or heard is missing, which is what
/// the roll call is there to find out.
class MpiRollCall final : public RollCall {
 public:
  /// The communicator is left to MPI_Finalize: freeing it is collective.
  MpiRollCall() {
    mpi_check(MPI_Comm_dup(MPI_COMM_WORLD, &ours_), "open the roll call");
    int world_size = 0;
    mpi_check(MPI_Comm_rank(ours_, &rank_), "learn our rank");
    mpi_check(MPI_Comm_size(ours_, &world_size), "count the ranks");
    last_heard_.resize(static_cast<std::size_t>(world_size), 0);
  }

  void answer(std::int64_t collective) override {
    last_heard_[static_cast<std::size_t>(rank_)] = collective;
    std::erase_if(sent_, has_left);
    for (int peer = 0; peer < static_cast<int>(last_heard_.size()); ++peer) {
      if (peer == rank_) continue;
      Answer& answer = sent_.emplace_back(Answer{.collective = collective});
      MPI_Isend(&answer.collective, 1, MPI_INT64_T, peer, 0, ours_, &answer.request);
    }
  }

  std::vector<int> missing(std::int64_t collective) override {
    listen();
    std::vector<int> ranks;
    for (std::size_t peer = 0; peer < last_heard_.size(); ++peer) {
      const bool silent = last_heard_[peer] < collective;
      if (silent && static_cast<int>(peer) != rank_) ranks.push_back(static_cast<int>(peer));
    }
    return ranks;
  }

 private:
  /// A message under way: MPI reads `collective` until it has left, so its address must not change.
  struct Answer {
    std::int64_t collective = 0;
    MPI_Request request = MPI_REQUEST_NULL;
  };

  static bool has_left(Answer& answer) {
    int done = 0;
    MPI_Test(&answer.request, &done, MPI_STATUS_IGNORE);
    return done != 0;
  }

  /// Takes all messages that have come.
  void listen() {
    for (int in_vain = 0; in_vain < kProbesInVain;) {
      int came = 0;
      MPI_Message message = MPI_MESSAGE_NULL;
      MPI_Status status;
      MPI_Improbe(MPI_ANY_SOURCE, 0, ours_, &came, &message, &status);
      if (came == 0) {
        ++in_vain;
        continue;
      }
      std::int64_t collective = 0;
      MPI_Mrecv(&collective, 1, MPI_INT64_T, &message, MPI_STATUS_IGNORE);
      auto& last = last_heard_[static_cast<std::size_t>(status.MPI_SOURCE)];
      last = std::max(last, collective);
    }
  }

  MPI_Comm ours_ = MPI_COMM_NULL;
  int rank_ = 0;
  std::vector<std::int64_t> last_heard_;  // by rank: the collective it last said to wait in
  std::list<Answer> sent_;
};

}  // namespace

std::unique_ptr<RollCall> open_mpi_roll_call() {
  if (thread_support() == ThreadSupport::kMainOnly) return nullptr;
  return std::make_unique<MpiRollCall>();
}

}  // namespace rocm::dist
