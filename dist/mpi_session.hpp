// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "dist/base/contract.hpp"

namespace rocm::dist {

/// Throws Failure(kPeerLost) with MPI's own text unless `code` is MPI_SUCCESS.
void mpi_check(int code, std::string_view doing, CallSite where = CallSite::current());

/// Ends every rank of the job now, so that nobody waits for us. Any thread may call it, also when
/// MPI was never started. What was printed before is flushed first: MPI adds a paragraph of its
/// own.
[[noreturn]] void abort_all(ExitCode code);

/// Our rank in the job; 0 while there is no MPI.
[[nodiscard]] int rank_in_job();

/// "Open MPI v4.1.4". Also before MPI was started.
[[nodiscard]] std::string mpi_version();

/// May several threads call MPI at once? Without it the watchdog cannot ask who is missing.
enum class ThreadSupport { kMainOnly, kAnyThread };
[[nodiscard]] ThreadSupport thread_support();

/// MPI from birth to death; one per process, made in main(). Works under mpirun, under srun and
/// without either (a world of one rank). MPI's functions return their errors from here on.
class MpiSession {
 public:
  MpiSession();
  /// Waits for the peers unless an exception is leaving the scope: they would wait for ever.
  ~MpiSession();

  MpiSession(const MpiSession&) = delete;
  MpiSession& operator=(const MpiSession&) = delete;

 private:
  int exceptions_at_birth_;
};

}  // namespace rocm::dist
