// SPDX-License-Identifier: Apache-2.0
#include "launcher/adapter_source.hpp"

#include <map>
#include <string>

#include "data/lora_file.hpp"

namespace rocm::launcher {

model::AdapterPlan plan_of(const LoraConfig& config) {
  return {config.targets, config.rank, config.alpha / static_cast<double>(config.rank)};
}

model::LowRankAdapter fresh_adapter(const LoraConfig& config, const model::AdapterPlan& plan,
                                    std::uint64_t seed, const Computation& computation) {
  return model::LowRankAdapter::fresh(plan, config.init, seed, computation.state_options());
}

model::LowRankAdapter loaded_adapter(const std::filesystem::path& path,
                                     const model::AdapterPlan& plan, const Computation& computation,
                                     std::vector<std::filesystem::path>& files) {
  const auto file = data::read_lora(path, plan.adaptable_modules());
  files.insert(files.end(), file.files.begin(), file.files.end());
  std::map<std::string, model::LowRankPair> effective;
  for (const auto& [module, pair] : file.modules) {
    // In fp64 the plan's scale divides out again to the last bit, whatever the scale.
    const at::Tensor b = pair.B.to(at::kDouble).mul(pair.scale);
    effective.emplace(module, model::LowRankPair{.a = pair.A, .b = b});
  }
  return model::LowRankAdapter::from_effective(plan, effective, path.string(),
                                               computation.state_options());
}

data::LowRankModules modules_of(const model::LowRankAdapter& adapter,
                                const model::AdapterPlan& plan) {
  data::LowRankModules modules;
  for (std::size_t slot = 0; slot < plan.layers().size(); ++slot) {
    const model::LowRankPair pair = adapter.pair(static_cast<int>(slot));
    modules.emplace(plan.layers()[slot].module,
                    data::LowRankPair{.A = pair.a.detach().cpu().contiguous(),
                                      .B = pair.b.detach().cpu().contiguous(),
                                      .scale = adapter.scale()});
  }
  return modules;
}

}  // namespace rocm::launcher
