// SPDX-License-Identifier: Apache-2.0
#include <exception>
#include <optional>
#include <string>
#include <vector>

#include "dist/end_of_job.hpp"
#include "dist/mpi_session.hpp"
#include "dist/verdict.hpp"
#include "launcher/command_line.hpp"
#include "launcher/launched_rank.hpp"
#include "launcher/verbs/verbs.hpp"

namespace launcher = rocm::launcher;
namespace dist = rocm::dist;

/// The only place that turns exceptions into an exit code, and the owner of MPI.
int main(int argc, char** argv) {
  std::optional<dist::MpiSession> mpi;
  try {
    const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
    const launcher::Request request = launcher::parse_command_line(arguments);
    if (launcher::ranks_of(request) == launcher::Ranks::kAll) mpi.emplace();
    const auto code = std::visit([](const auto& verb) { return launcher::execute(verb); }, request);
    return static_cast<int>(code);
  } catch (...) {
    // Before MPI all ranks fail alike, and the first one says why.
    if (!mpi && launcher::launched_rank() > 0)
      return static_cast<int>(dist::judge(std::current_exception()).code);
    return dist::end_job(std::current_exception());
  }
}
