// SPDX-License-Identifier: Apache-2.0
#include "dist/end_of_job.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include "dist/agreement.hpp"
#include "dist/base/log.hpp"
#include "dist/mpi_session.hpp"
#include "dist/verdict.hpp"

namespace rocm::dist {
namespace {

bool is_shared(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const SharedFailure&) {
    return true;
  } catch (...) {
    return false;
  }
}

/// A full disk fails several ranks at once. The lowest one speaks, and its abort ends the others
/// before they repeat it; half a second is enough for that also on a crowded machine.
void let_lower_ranks_speak(int rank) {
  std::this_thread::sleep_for(std::chrono::milliseconds(500) * std::min(rank, 4));
}

}  // namespace

int end_job(const std::exception_ptr& thrown) {
  const Verdict verdict = judge(thrown);
  const int rank = rank_in_job();
  if (is_shared(thrown)) {
    if (rank == 0) Log::error(verdict.line);
    return static_cast<int>(verdict.code);
  }
  let_lower_ranks_speak(rank);
  Log::error(verdict.line);
  abort_all(verdict.code);
}

}  // namespace rocm::dist
