// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "dist/base/contract.hpp"

namespace rocm::test {

/// The message of the Failure that `body` throws, or what happened instead.
template <class Body>
std::string failure_of(ExitCode code, Body&& body) {
  try {
    body();
  } catch (const Failure& failure) {
    if (failure.code() == code) return failure.what();
    return std::string("a Failure with another exit code: ") + failure.what();
  }
  return "no Failure";
}

}  // namespace rocm::test
