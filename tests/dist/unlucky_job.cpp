// SPDX-License-Identifier: Apache-2.0
// A job with the joints of the real one (session, agreement, watchdog, end) and one mishap, named
// on the command line, that strikes the last rank. failure_test.cpp watches how it ends.
#include <csignal>
#include <exception>
#include <string_view>

#include <ATen/core/Tensor.h>
#include <ATen/ops/full.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dist/agreement.hpp"
#include "dist/base/contract.hpp"
#include "dist/base/log.hpp"
#include "dist/end_of_job.hpp"
#include "dist/mpi_communicator.hpp"
#include "dist/mpi_session.hpp"
#include "dist/topology.hpp"
#include "dist/watched_communicator.hpp"

namespace rocm::dist {
namespace {

constexpr int kSteps = 6;
constexpr int kUnluckyStep = 3;
constexpr int kParametersCheckedEvery = 2;

/// Short only where a collective is to expire: crowded machines are slow.
double timeout_s(std::string_view mishap) {
  return mishap == "stuck" || mishap == "stopped" || mishap == "suspended" ? 4.0 : 60.0;
}

class Job {
 public:
  explicit Job(std::string_view mishap)
      : mishap_(mishap),
        topology_(discover()),
        unlucky_(topology_.rank == topology_.world_size - 1),
        watchdog_(topology_, {.timeout_s = timeout_s(mishap), .roll_call = open_mpi_roll_call()}),
        communicator_(mpi_, watchdog_) {
    Log::set_rank(topology_.rank, topology_.world_size);
  }

  ExitCode run() {
    if (mishap_ == "suspended") return be_suspended();
    load();
    require_same_everywhere(communicator_, topology_, "configuration",
                            std::as_bytes(std::span(strikes("configured") ? "b" : "a", 1)),
                            ExitCode::kUsage);
    for (int k = 1; k <= kSteps; ++k) step(k);
    return mishap_ == "asked to stop" ? ExitCode::kStopped : ExitCode::kOk;
  }

 private:
  [[nodiscard]] bool strikes(std::string_view mishap) const {
    return unlucky_ && mishap_ == mishap;
  }

  void load() {
    std::exception_ptr mine;
    try {
      if (strikes("unreadable") || mishap_ == "unreadable everywhere")
        fail(ExitCode::kInput, {.where = "unet.safetensors",
                                .problem = "truncated",
                                .because = "the header promises more bytes",
                                .advice = "copy the file again"});
    } catch (...) {
      mine = std::current_exception();
    }
    rethrow_together(communicator_, topology_, mine);
  }

  void step(int k) {
    watchdog_.set_step(k);
    if (k == kUnluckyStep) suffer();
    at::Tensor gradient = at::full({64}, k, at::kDouble);
    communicator_.all_reduce(gradient, Reduction::kSum);
    parameters_.add_(gradient);
    if (k % kParametersCheckedEvery == 0) check_parameters();
  }

  void suffer() {
    if (strikes("disk full") || mishap_ == "disk full everywhere")
      fail(ExitCode::kStorage, {.where = "metrics.jsonl",
                                .problem = "cannot write",
                                .because = "the disk is full",
                                .advice = "free some space"});
    if (strikes("bug")) expects(false, "good luck");
    if (strikes("stuck")) pause();
    if (strikes("stopped")) raise(SIGSTOP);
    if (strikes("killed")) raise(SIGKILL);
    if (strikes("bit flip")) parameters_.view(at::kLong)[7].bitwise_xor_(1 << 20);
  }

  void check_parameters() {
    const std::span values(parameters_.const_data_ptr<double>(), 64);
    require_same_everywhere(communicator_, topology_, "parameters", std::as_bytes(values),
                            ExitCode::kNumerics);
  }

  /// A scheduler stops the process for longer than the deadline, in the middle of a collective.
  ExitCode be_suspended() {
    const auto watch = watchdog_.watch("all-reduce");
    const pid_t scheduler = fork();
    if (scheduler == 0) {
      kill(getppid(), SIGSTOP);
      sleep(8);
      kill(getppid(), SIGCONT);
      _exit(0);
    }
    waitpid(scheduler, nullptr, 0);
    return ExitCode::kOk;
  }

  std::string_view mishap_;
  Topology topology_;
  bool unlucky_;
  Watchdog watchdog_;
  MpiCommunicator mpi_;
  WatchedCommunicator communicator_;
  at::Tensor parameters_ = at::full({64}, 1.0, at::kDouble);
};

}  // namespace
}  // namespace rocm::dist

int main(int /*argc*/, char** argv) {
  const rocm::dist::MpiSession session;
  try {
    return static_cast<int>(rocm::dist::Job(argv[1]).run());
  } catch (...) {
    return rocm::dist::end_job(std::current_exception());
  }
}
