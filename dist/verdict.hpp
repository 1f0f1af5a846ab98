// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <string>

#include "dist/base/contract.hpp"

namespace rocm::dist {

/// What an exception means to the shell, and the one line that a person reads.
struct Verdict {
  ExitCode code = ExitCode::kBug;
  std::string line;
};

/// Our Failures say it themselves; memory that ran out, also inside LibTorch, is kOutOfMemory;
/// anything else is a bug of ours. `thrown` is not null.
[[nodiscard]] Verdict judge(const std::exception_ptr& thrown);

}  // namespace rocm::dist
