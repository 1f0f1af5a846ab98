// SPDX-License-Identifier: Apache-2.0
#include "launcher/sweep/child_process.hpp"

#include <csignal>
#include <cstring>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "data/posix_file.hpp"
#include "data/printable.hpp"

namespace rocm::launcher {
namespace {

/// posix_spawn's two kinds of settings, freed with the scope.
class SpawnSettings {
 public:
  SpawnSettings() {
    ::posix_spawn_file_actions_init(&files_);
    ::posix_spawnattr_init(&attributes_);
  }

  SpawnSettings(const SpawnSettings&) = delete;  // one owner frees them
  SpawnSettings& operator=(const SpawnSettings&) = delete;

  ~SpawnSettings() {
    ::posix_spawnattr_destroy(&attributes_);
    ::posix_spawn_file_actions_destroy(&files_);
  }

  void print_to(int log) {
    ::posix_spawn_file_actions_addopen(&files_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&files_, log, STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&files_, log, STDERR_FILENO);
  }

  /// A process group of its own, and no signal blocked, whatever we block.
  void stand_alone() {
    sigset_t none;
    sigemptyset(&none);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    ::posix_spawnattr_setpgroup(&attributes_, 0);
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
  }

  [[nodiscard]] pid_t spawn(const std::vector<char*>& words) const {
    pid_t process = 0;
    const int error =
        ::posix_spawnp(&process, words.front(), &files_, &attributes_, words.data(), environ);
    require(error == 0, {.where = data::printable(words.front()),
                         .problem = "cannot be started",
                         .because = std::strerror(error),
                         .advice = "install it, or add its folder to PATH"});
    return process;
  }

 private:
  posix_spawn_file_actions_t files_;
  posix_spawnattr_t attributes_;
};

ExitCode exit_code_of(int status) {
  if (!WIFEXITED(status)) return ExitCode::kPeerLost;
  const auto code = static_cast<ExitCode>(WEXITSTATUS(status));
  return is_known(code) ? code : ExitCode::kPeerLost;
}

}  // namespace

ChildProcess::ChildProcess(std::span<const std::string> words, const std::filesystem::path& log) {
  std::vector<std::string> copies(words.begin(), words.end());
  std::vector<char*> pointers;
  for (std::string& word : copies) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  const data::FileDescriptor output(
      ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  data::storage_check(output.get(), "open the log", log, 0);
  SpawnSettings settings;
  settings.print_to(output.get());
  settings.stand_alone();
  process_ = settings.spawn(pointers);
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : process_(std::exchange(other.process_, 0)) {
}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
  std::swap(process_, other.process_);
  return *this;
}

ChildProcess::~ChildProcess() {
  if (process_ == 0) return;
  ::kill(process_, SIGTERM);
  int status = 0;
  while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
  }
}

void ChildProcess::send(int signal) const {
  if (process_ != 0) ::kill(process_, signal);
}

std::optional<ExitCode> ChildProcess::ended() {
  int status = 0;
  if (process_ == 0 || ::waitpid(process_, &status, WNOHANG) != process_) return std::nullopt;
  process_ = 0;
  return exit_code_of(status);
}

}  // namespace rocm::launcher
