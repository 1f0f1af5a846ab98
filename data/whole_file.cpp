// SPDX-License-Identifier: Apache-2.0
#include "data/whole_file.hpp"

#include <span>

#include <fmt/format.h>

#include "data/posix_file.hpp"
#include "data/printable.hpp"
#include "dist/base/contract.hpp"

namespace rocm::data {

std::string read_whole_file(const std::filesystem::path& path, std::size_t max_B) {
  const OpenFile file = open_to_read(path);
  if (file.size_B > max_B) {
    fail(ExitCode::kInput,
         {.where = printable_path(path),
          .problem = fmt::format("the file has {} bytes", file.size_B),
          .because = fmt::format("at most {} are read of a file of this kind", max_B),
          .advice = "check that it is the file you meant"});
  }
  std::string content(file.size_B, '\0');
  const std::size_t got = read_some(file, std::as_writable_bytes(std::span(content)), path);
  content.resize(got);
  return content;
}

}  // namespace rocm::data
