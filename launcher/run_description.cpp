// SPDX-License-Identifier: Apache-2.0
#include "launcher/run_description.hpp"

#include <map>
#include <ranges>
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

/// In the order of their originals, which is the same on every rank.
std::vector<std::filesystem::path> distinct(const Assembly& assembly) {
  std::map<std::filesystem::path, std::filesystem::path> files;
  for (const auto& file : assembly.inputs) files.emplace(assembly.places.original(file), file);
  const auto values = files | std::views::values;
  return {values.begin(), values.end()};
}

std::string digest_of(const std::vector<InputFile>& inputs) {
  std::string digests;
  for (const InputFile& input : inputs) digests += input.sha256;
  return data::sha256_of(digests);
}

void require_same(RankGroup& ranks, std::string_view what, const std::string& digest) {
  dist::require_same_everywhere(ranks.communicator(), ranks.topology(), what,
                                std::as_bytes(std::span(digest)), ExitCode::kUsage);
}

}  // namespace

data::RunDescription run_description(const TrainRequest& request, const Assembly& assembly,
                                     const dist::Topology& topology,
                                     const std::vector<InputFile>& inputs) {
  return {.config = data::read_whole_file(request.config, kLargestConfig_B),
          .resolved = resolved_toml(assembly.config),
          .environment = environment_json(
              {.hosts = topology.hosts, .command_line = own_command_line(), .inputs = inputs})};
}

std::vector<InputFile> require_same_start(RankGroup& ranks, const Assembly& assembly) {
  require_same(ranks, "program", data::sha256_of_file("/proc/self/exe"));
  require_same(ranks, "configuration", data::sha256_of(resolved_toml(assembly.config)));
  auto inputs = ranks.together([&] { return digests_of(distinct(assembly)); });
  require_same(ranks, "input files", digest_of(inputs));
  return inputs;
}

}  // namespace rocm::launcher
