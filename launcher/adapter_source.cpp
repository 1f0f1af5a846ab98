// SPDX-License-Identifier: Apache-2.0
#include "launcher/adapter_source.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include <fmt/format.h>

#include "data/lora_file.hpp"
#include "data/printable.hpp"
#include "dist/base/contract.hpp"
#include "launcher/spelling.hpp"

namespace rocm::launcher {
namespace {

/// Every target that would have named a layer, short ones first.
std::vector<std::string> possible_targets(const model::AdapterPlan& plan) {
  std::set<std::string> ends;
  for (const std::string& module : plan.adaptable_modules())
    for (std::size_t begin = 0; begin < module.size();) {
      ends.insert(module.substr(begin));
      const std::size_t dot = module.find('.', begin);
      begin = dot == std::string::npos ? module.size() : dot + 1;
    }
  std::vector<std::string> targets(ends.begin(), ends.end());
  std::ranges::stable_sort(targets, {}, &std::string::size);
  return targets;
}

}  // namespace

void expect_all_targets_matched(const model::AdapterPlan& plan) {
  const std::vector<std::string> unmatched = plan.unmatched_targets();
  if (unmatched.empty()) return;
  const auto meant = nearest(unmatched.front(), possible_targets(plan));
  fail(ExitCode::kUsage,
       {.where = "lora.targets",
        .problem =
            fmt::format("\"{}\" names no layer of the network", data::printable(unmatched.front())),
        .because = "an adapter that is nowhere would silently train nothing",
        .advice = meant ? fmt::format("did you mean {}?", *meant)
                        : "name layers by the end of their path, such as to_q or ff.net.0.proj"});
}

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
