// SPDX-License-Identifier: Apache-2.0
#include "launcher/scores/resources.hpp"

#include <algorithm>
#include <iterator>
#include <system_error>

#include <fmt/format.h>

#include "data/printable.hpp"
#include "data/tokenizer_files.hpp"
#include "dist/base/contract.hpp"
#include "launcher/program_place.hpp"

namespace rocm::launcher {
namespace {

namespace fs = std::filesystem;

}  // namespace

fs::path tokenizer_resource(std::string_view name) {
  if (const auto found = above_program(
          {fs::path("share/rocm-dist/tokenizers") / name, fs::path("data/tokenizers") / name}))
    return *found;
  fail(
      ExitCode::kInput,
      {.where = data::printable_path(running_program()),
       .problem = fmt::format("the tokenizer files \"{}\" are missing", name),
       .because = "they lie in share/rocm-dist/tokenizers of an installation, or in the repository",
       .advice = "install the program with cmake --install, or put tokenizer files beside the "
                 "weights"});
}

fs::path tokenizer_folder(const fs::path& folder, std::initializer_list<std::string_view> names,
                          std::string_view fallback, std::vector<fs::path>& files) {
  const bool own = std::ranges::any_of(names, [&](std::string_view name) {
    std::error_code ignored;
    return fs::exists(folder / name, ignored);
  });
  if (!own) return tokenizer_resource(fallback);
  std::ranges::copy(data::tokenizer_files(folder), std::back_inserter(files));
  return folder;
}

}  // namespace rocm::launcher
