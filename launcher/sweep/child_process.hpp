// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include <sys/types.h>

#include "dist/base/contract.hpp"

namespace rocm::launcher {

/// A program that runs beside us, in a process group of its own: what the terminal sends us, Ctrl-C
/// say, reaches it only through us. Its words go to it as they are; no shell sees them.
class ChildProcess {
 public:
  /// Starts `words.front()`, which is looked up in PATH, with nothing on its standard input; what
  /// it prints is added to `log`. Throws Failure(kUsage) if there is no such program,
  /// Failure(kStorage) if the log cannot be written.
  ChildProcess(std::span<const std::string> words, const std::filesystem::path& log);

  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&& other) noexcept;
  ChildProcess(const ChildProcess&) = delete;  // one owner waits for it
  ChildProcess& operator=(const ChildProcess&) = delete;

  /// One that still runs is asked to end (SIGTERM), and waited for.
  ~ChildProcess();

  void send(int signal) const;

  /// Nothing while it runs. Codes that are not of our list (a kill, one of mpirun's own) are
  /// kPeerLost. Does not wait.
  [[nodiscard]] std::optional<ExitCode> ended();

 private:
  pid_t process_ = 0;  ///< 0: it was waited for
};

}  // namespace rocm::launcher
