// SPDX-License-Identifier: Apache-2.0
#include "dist/base/contract.hpp"

#include <fmt/format.h>

namespace rocm {

std::string Complaint::str() const {
  const std::string prefix = where.empty() ? "" : where + ": ";
  const char* end = advice.ends_with('?') ? "" : ".";
  return fmt::format("{}{} ({}). {}{}", prefix, problem, because, advice, end);
}

void fail(ExitCode code, const Complaint& complaint) {
  throw Failure(code, complaint.str());
}

void require(bool ok, const Complaint& complaint) {
  if (!ok) fail(ExitCode::kUsage, complaint);
}

void expects(bool ok, std::string_view promise, CallSite where) {
  if (ok) return;
  throw ContractViolation(fmt::format("{}: expected {}", where.str(), promise));
}

}  // namespace rocm
