// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace rocm {

/// Where a check was written. (std::source_location needs clang 16.)
struct CallSite {
  const char* file = "";
  int line = 0;

  static constexpr CallSite current(const char* file = __builtin_FILE(),
                                    int line = __builtin_LINE()) {
    return {file, line};
  }

  [[nodiscard]] std::string str() const { return std::string(file) + ":" + std::to_string(line); }
};

/// What the shell, Slurm and a requeue script learn from us. One list, nowhere else.
enum class ExitCode : int {
  kOk = 0,
  kUsage = 2,       ///< configuration or command line: the user can fix it
  kInput = 3,       ///< a model, image, prompt or weights file is unreadable or malformed
  kCheckpoint = 4,  ///< no intact checkpoint to resume from
  kStorage = 5,     ///< the disk refused: full, read-only, HDF5 failed
  kNumerics = 6,    ///< non-finite loss or gradient, or ranks that disagree
  kPeerLost = 7,    ///< a rank died or a collective timed out
  kOutOfMemory = 8,
  kBug = 70,      ///< we broke our own promise
  kStopped = 75,  ///< stopped on request; state saved; run again to go on
};

/// Whether a number from outside, as an ExitCode, is one of the list. The compiler warns of one
/// that is missing here.
[[nodiscard]] constexpr bool is_known(ExitCode code) {
  switch (code) {
    case ExitCode::kOk:
    case ExitCode::kUsage:
    case ExitCode::kInput:
    case ExitCode::kCheckpoint:
    case ExitCode::kStorage:
    case ExitCode::kNumerics:
    case ExitCode::kPeerLost:
    case ExitCode::kOutOfMemory:
    case ExitCode::kBug:
    case ExitCode::kStopped:
      return true;
  }
  return false;
}

/// Anything that can go wrong without a bug in rocm-dist.
class Failure : public std::runtime_error {
 public:
  Failure(ExitCode code, const std::string& what) : std::runtime_error(what), code_(code) {}

  [[nodiscard]] ExitCode code() const noexcept { return code_; }

 private:
  ExitCode code_;
};

/// A bug in rocm-dist.
class ContractViolation : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

/// What a person needs to read at 3 a.m.; printed as "<where>: <problem> (<because>). <advice>."
struct Complaint {
  std::string where;  ///< file, file:line:column, key or component; may be empty
  std::string problem;
  std::string because;
  std::string advice;

  [[nodiscard]] std::string str() const;
};

/// Throws Failure(code) with the complaint's text.
[[noreturn]] void fail(ExitCode code, const Complaint& complaint);

/// Throws Failure(kUsage) unless ok. Always on: for what the user asked of us.
void require(bool ok, const Complaint& complaint);

/// Throws ContractViolation naming the caller unless ok. Always on: for our own promises.
void expects(bool ok, std::string_view promise, CallSite where = CallSite::current());

}  // namespace rocm
