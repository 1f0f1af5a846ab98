// SPDX-License-Identifier: Apache-2.0
#include "launcher/fixed_adapter.hpp"

#include <algorithm>
#include <map>

#include "data/lora_file.hpp"
#include "data/model_directory.hpp"
#include "launcher/model_parts.hpp"

namespace rocm::launcher {
namespace {

constexpr double kUnitScale = 1.0;  // a file's effect is B A as it stands

}  // namespace

std::vector<std::string> adaptable_modules(data::ModelDirectory directory) {
  model::AdapterPlan listing({}, 1, kUnitScale);
  static_cast<void>(load_unet(directory, without_memory(), &listing));
  return listing.adaptable_modules();
}

AdaptedGenerator load_adapted_generator(const ModelConfig& config, const Computation& computation,
                                        const std::optional<std::filesystem::path>& lora,
                                        double scale) {
  if (!lora) return {.generator = load_generator(config, computation, nullptr), .adapter = {}};
  const auto file = data::read_lora(
      *lora, adaptable_modules(data::ModelDirectory::open(config.path, config.variant)));
  std::vector<std::string> modules;
  std::int64_t rank = 1;
  for (const auto& [module, pair] : file.modules) {
    modules.push_back(module);
    rank = std::max(rank, pair.rank());
  }
  std::map<std::string, model::LowRankPair> effective;
  for (const auto& [module, pair] : file.modules) {
    const data::LowRankPair wide = data::at_rank(pair, rank);
    effective.emplace(module, model::LowRankPair{.a = wide.A, .b = effective_B(wide).mul(scale)});
  }
  model::AdapterPlan plan(modules, rank, kUnitScale);
  Generator generator = load_generator(config, computation, &plan);
  auto adapter = model::LowRankAdapter::from_effective(plan, effective, lora->string(),
                                                       computation.state_options());
  return {.generator = std::move(generator), .adapter = std::move(adapter)};
}

}  // namespace rocm::launcher
