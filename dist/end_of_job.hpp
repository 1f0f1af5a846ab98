// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>

namespace rocm::dist {

/// What main() does with an exception. Prints its one line on standard error and says which exit
/// code to return. A SharedFailure is printed by rank 0 and ends in good order on every rank;
/// anything else is this rank's own, and ends the whole job here, so that no peer waits. Also for
/// programs that never started MPI.
[[nodiscard]] int end_job(const std::exception_ptr& thrown);

}  // namespace rocm::dist
