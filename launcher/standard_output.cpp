// SPDX-License-Identifier: Apache-2.0
#include "launcher/standard_output.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "dist/base/contract.hpp"

namespace rocm::launcher {

void print_result(std::string_view text) {
  const std::size_t written = std::fwrite(text.data(), 1, text.size(), stdout);
  if (written == text.size() && std::fflush(stdout) == 0) return;
  fail(ExitCode::kStorage, {.where = "standard output",
                            .problem = "the result could not be written",
                            .because = std::strerror(errno),
                            .advice = "write it to a disk with room"});
}

}  // namespace rocm::launcher
