// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "dist/base/contract.hpp"

namespace rocm::test {

/// The text of the usage error that `act` ends in, or a sentence that no expectation matches.
inline std::string usage_error_of(const std::function<void()>& act) {
  try {
    act();
  } catch (const Failure& failure) {
    if (failure.code() == ExitCode::kUsage) return failure.what();
    return "not a usage error: " + std::string(failure.what());
  }
  return "nothing was thrown";
}

}  // namespace rocm::test
