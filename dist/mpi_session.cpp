// SPDX-License-Identifier: Apache-2.0
#include "dist/mpi_session.hpp"

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <thread>

#include <fmt/format.h>
#include <mpi.h>

#include "dist/base/log.hpp"

namespace rocm::dist {
namespace {

bool mpi_is_up() {
  int initialized = 0;
  int finalized = 0;
  MPI_Initialized(&initialized);
  MPI_Finalized(&finalized);
  return initialized != 0 && finalized == 0;
}

int world_size() {
  int size = 1;
  if (mpi_is_up()) MPI_Comm_size(MPI_COMM_WORLD, &size);
  return size;
}

bool may_call_mpi_here() {
  int is_main = 0;
  MPI_Is_thread_main(&is_main);
  return is_main != 0 || thread_support() == ThreadSupport::kAnyThread;
}

}  // namespace

void mpi_check(int code, std::string_view doing, CallSite where) {
  if (code == MPI_SUCCESS) return;
  std::array<char, MPI_MAX_ERROR_STRING> text{};
  int length = 0;
  MPI_Error_string(code, text.data(), &length);
  fail(ExitCode::kPeerLost,
       {.where = where.str(),
        .problem = fmt::format("MPI failed to {}", doing),
        .because = std::string(text.data(), static_cast<std::size_t>(length)),
        .advice = "look at the other ranks and the network, then run again to resume"});
}

void abort_all(ExitCode code) {
  std::fflush(nullptr);
  // A process on its own has nobody to tell; and a thread that MPI does not allow to speak leaves
  // it to mpirun to end the others when it sees the exit code.
  if (world_size() == 1 || !may_call_mpi_here()) std::_Exit(static_cast<int>(code));
  // mpirun receives our line by another way than MPI's paragraph: give the line a head start.
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  MPI_Abort(MPI_COMM_WORLD, static_cast<int>(code));
  std::_Exit(static_cast<int>(code));
}

int rank_in_job() {
  int rank = 0;
  if (mpi_is_up()) MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  return rank;
}

std::string mpi_version() {
  std::array<char, MPI_MAX_LIBRARY_VERSION_STRING> text{};
  int length = 0;
  mpi_check(MPI_Get_library_version(text.data(), &length), "tell its version");
  const std::string all(text.data(), static_cast<std::size_t>(length));
  return all.substr(0, all.find_first_of(",\n"));  // then follow builder, host and date
}

ThreadSupport thread_support() {
  int level = MPI_THREAD_SINGLE;
  MPI_Query_thread(&level);
  return level == MPI_THREAD_MULTIPLE ? ThreadSupport::kAnyThread : ThreadSupport::kMainOnly;
}

MpiSession::MpiSession() : exceptions_at_birth_(std::uncaught_exceptions()) {
  int provided = MPI_THREAD_SINGLE;
  mpi_check(MPI_Init_thread(nullptr, nullptr, MPI_THREAD_MULTIPLE, &provided), "start");
  mpi_check(MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN),
            "return errors instead of aborting");
  if (provided < MPI_THREAD_MULTIPLE && world_size() > 1)
    Log::warn("this MPI lets only one thread speak: a rank that is lost will not be named");
}

MpiSession::~MpiSession() {
  if (std::uncaught_exceptions() == exceptions_at_birth_) MPI_Finalize();
}

}  // namespace rocm::dist
