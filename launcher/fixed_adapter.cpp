// SPDX-License-Identifier: Apache-2.0
#include "launcher/fixed_adapter.hpp"

#include <algorithm>
#include <map>

#include <ATen/ops/constant_pad_nd.h>

#include "data/lora_file.hpp"
#include "data/model_directory.hpp"
#include "launcher/model_parts.hpp"

namespace rocm::launcher {
namespace {

constexpr double kUnitScale = 1.0;  // a file's effect is B A as it stands

/// Zero rows of A and columns of B: the same effect at a common rank.
model::LowRankPair padded(const data::LowRankPair& pair, std::int64_t rank, double scale) {
  const std::int64_t missing = rank - pair.rank();
  std::vector<std::int64_t> rows_of_a(static_cast<std::size_t>(2 * pair.A.dim()), 0);
  rows_of_a.back() = missing;  // axes are listed from the last: the end of axis 0
  std::vector<std::int64_t> columns_of_b(static_cast<std::size_t>(2 * pair.B.dim()), 0);
  columns_of_b[columns_of_b.size() - 3] = missing;  // the end of axis 1
  return {.a = at::constant_pad_nd(pair.A, rows_of_a),
          .b = at::constant_pad_nd(data::effective_B(pair).mul(scale), columns_of_b)};
}

}  // namespace

std::vector<std::string> adaptable_modules(const ModelConfig& config) {
  auto directory = data::ModelDirectory::open(config.path, config.variant);
  model::AdapterPlan listing({}, 1, kUnitScale);
  const Computation no_memory{
      .device = at::Device(at::kMeta), .network = at::kFloat, .state = at::kFloat};
  static_cast<void>(load_unet(directory, no_memory, &listing));
  return listing.adaptable_modules();
}

AdaptedGenerator load_adapted_generator(const ModelConfig& config, const Computation& computation,
                                        const std::optional<std::filesystem::path>& lora,
                                        double scale) {
  if (!lora) return {.generator = load_generator(config, computation, nullptr), .adapter = {}};
  const auto file = data::read_lora(*lora, adaptable_modules(config));
  std::vector<std::string> modules;
  std::int64_t rank = 1;
  for (const auto& [module, pair] : file.modules) {
    modules.push_back(module);
    rank = std::max(rank, pair.rank());
  }
  std::map<std::string, model::LowRankPair> effective;
  for (const auto& [module, pair] : file.modules)
    effective.emplace(module, padded(pair, rank, scale));
  model::AdapterPlan plan(modules, rank, kUnitScale);
  Generator generator = load_generator(config, computation, &plan);
  auto adapter = model::LowRankAdapter::from_effective(plan, effective, lora->string(),
                                                       computation.state_options());
  return {.generator = std::move(generator), .adapter = std::move(adapter)};
}

}  // namespace rocm::launcher
