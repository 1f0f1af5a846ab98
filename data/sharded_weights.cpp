// SPDX-License-Identifier: Apache-2.0
#include "data/sharded_weights.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include <fmt/format.h>

#include "data/json_file.hpp"
#include "data/plain_name.hpp"
#include "data/printable.hpp"
#include "data/weights_file.hpp"
#include "dist/base/contract.hpp"

namespace rocm::data {
namespace {

namespace fs = std::filesystem;

/// Names of tensors by the shard that holds them.
using Shards = std::map<std::string, std::set<std::string>>;

[[noreturn]] void refuse_shards(const fs::path& where, const std::string& problem,
                                const std::string& because) {
  fail(ExitCode::kInput, {.where = printable_path(where),
                          .problem = problem,
                          .because = because,
                          .advice = "fetch or write the model again"});
}

void check_shard_name(const fs::path& index, const std::string& name) {
  if (!is_plain_name(name)) {
    refuse_shards(index, fmt::format("the shard \"{}\" is no plain file name", printable(name)),
                  "an index may only name files beside it");
  }
  if (!name.ends_with(".safetensors") && !is_torch_file_name(name)) {
    refuse_shards(index, fmt::format("the shard \"{}\" is no weights file", printable(name)),
                  "it must be a .safetensors or .bin file");
  }
}

Shards shards_of(const fs::path& index) {
  const nlohmann::json json = read_json(index);
  const auto weight_map = json.is_object() ? json.find("weight_map") : json.end();
  if (weight_map == json.end() || !weight_map->is_object() || weight_map->empty()) {
    refuse_shards(index, "there is no weight_map", "an index maps tensors to files by it");
  }
  Shards shards;
  for (const auto& [tensor, shard] : weight_map->items()) {
    if (!shard.is_string()) {
      refuse_shards(index, fmt::format("weight_map of \"{}\" is no string", printable(tensor)),
                    "it must name a file");
    }
    check_shard_name(index, shard.get<std::string>());
    shards[shard.get<std::string>()].insert(tensor);
  }
  return shards;
}

/// The shard's tensors must be exactly those that the index expects in it.
void check_contents(const NamedTensors& shard, const std::set<std::string>& names,
                    const fs::path& path, const fs::path& index) {
  for (const std::string& name : names) {
    if (shard.contains(name)) continue;
    refuse_shards(path, fmt::format("tensor \"{}\" is not in this file", printable(name)),
                  fmt::format("{} places it here", printable_path(index.filename())));
  }
  for (const auto& [name, tensor] : shard) {
    if (names.contains(name)) continue;
    refuse_shards(path, fmt::format("unexpected tensor \"{}\"", printable(name)),
                  fmt::format("{} does not place it here", printable_path(index.filename())));
  }
}

}  // namespace

ShardedWeights read_sharded_weights(const fs::path& index) {
  ShardedWeights weights{.files = {index}};
  for (const auto& [name, tensors] : shards_of(index)) {
    const fs::path path = index.parent_path() / name;
    NamedTensors shard = read_weights_file(path);
    check_contents(shard, tensors, path, index);
    weights.tensors.merge(shard);
    weights.files.push_back(path);
  }
  return weights;
}

}  // namespace rocm::data
