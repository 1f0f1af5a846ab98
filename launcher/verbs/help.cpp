// SPDX-License-Identifier: Apache-2.0
#include "launcher/environment.hpp"
#include "launcher/standard_output.hpp"
#include "launcher/verbs/verbs.hpp"

namespace rocm::launcher {

ExitCode execute(const HelpRequest& request) {
  print_result(request.text);
  return ExitCode::kOk;
}

ExitCode execute(const VersionRequest&) {
  print_result(versions_text());
  return ExitCode::kOk;
}

}  // namespace rocm::launcher
