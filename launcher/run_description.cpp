// SPDX-License-Identifier: Apache-2.0
#include "launcher/run_description.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "data/sha256.hpp"
#include "data/whole_file.hpp"
#include "dist/agreement.hpp"
#include "launcher/config_text.hpp"
#include "launcher/environment.hpp"

namespace rocm::launcher {
namespace {

constexpr std::size_t kLargestConfig_B = std::size_t{1} << 24;

std::vector<std::filesystem::path> distinct(std::vector<std::filesystem::path> files) {
  std::ranges::sort(files);
  files.erase(std::ranges::unique(files).begin(), files.end());
  return files;
}

std::string digest_of_files(const std::vector<std::filesystem::path>& files) {
  std::string digests;
  for (const auto& file : files) digests += data::sha256_of_file(file);
  return data::sha256_of(digests);
}

void require_same(RankGroup& ranks, std::string_view what, const std::string& digest) {
  dist::require_same_everywhere(ranks.communicator(), ranks.topology(), what,
                                std::as_bytes(std::span(digest)), ExitCode::kUsage);
}

}  // namespace

data::RunDescription run_description(const TrainRequest& request, const Assembly& assembly,
                                     const dist::Topology& topology) {
  return {.config = data::read_whole_file(request.config, kLargestConfig_B),
          .resolved = resolved_toml(assembly.config),
          .environment = environment_json({.hosts = topology.hosts,
                                           .command_line = own_command_line(),
                                           .inputs = distinct(assembly.inputs)})};
}

void require_same_start(RankGroup& ranks, const Assembly& assembly) {
  require_same(ranks, "program", digest_of_files({"/proc/self/exe"}));
  require_same(ranks, "configuration", data::sha256_of(resolved_toml(assembly.config)));
  require_same(ranks, "input files",
               ranks.together([&] { return digest_of_files(distinct(assembly.inputs)); }));
}

}  // namespace rocm::launcher
