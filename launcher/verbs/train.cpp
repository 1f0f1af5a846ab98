// SPDX-License-Identifier: Apache-2.0
#include "launcher/assembly.hpp"
#include "launcher/config_io.hpp"
#include "launcher/config_text.hpp"
#include "launcher/config_validation.hpp"
#include "launcher/dry_run.hpp"
#include "launcher/evaluator.hpp"
#include "launcher/preemption.hpp"
#include "launcher/rank_group.hpp"
#include "launcher/staging.hpp"
#include "launcher/standard_output.hpp"
#include "launcher/threads.hpp"
#include "launcher/training_run.hpp"
#include "launcher/verbs/verbs.hpp"

namespace rocm::launcher {
namespace {

Config checked_config(const TrainRequest& request, int world_size) {
  Config config = read_config(request.config, request.overrides);
  validate(config);
  validate_world_size(config.data, world_size);
  return config;
}

/// Every file that the run will read, also those of evaluations to come.
std::vector<std::filesystem::path> files_of(Assembly& assembly, dist::Communicator& communicator) {
  if (assembly.config.evaluation.every > 0) static_cast<void>(Evaluator(assembly, communicator));
  return assembly.inputs;
}

struct Assembled {
  std::unique_ptr<Staging> copies;  ///< that the assembly was read from
  std::unique_ptr<Assembly> assembly;
};

Assembled assemble(RankGroup& ranks, const Config& config, AssemblyRequest request) {
  const auto build = [&] { return std::make_unique<Assembly>(config, request); };
  if (config.dist.weights == WeightSource::kRead) return {nullptr, ranks.together(build)};
  std::vector<std::filesystem::path> files;
  auto first = ranks.together([&] {  // which files are read is known when they were read
    if (!ranks.first()) return std::unique_ptr<Assembly>();
    auto assembly = build();
    files = files_of(*assembly, ranks.communicator());
    return assembly;
  });
  auto copies = std::make_unique<Staging>(ranks.communicator(), ranks.topology(), files);
  request.places = copies->places();
  auto assembly = ranks.together([&] { return first ? std::move(first) : build(); });
  return {std::move(copies), std::move(assembly)};
}

}  // namespace

ExitCode execute(const TrainRequest& request) {
  if (request.mode == TrainMode::kPrintDefaults) {
    print_result(commented_defaults());
    return ExitCode::kOk;
  }
  const Preemption preemption;  // loading models takes long enough to be interrupted
  RankGroup ranks;
  const int world_size = ranks.topology().world_size;
  const Config config = ranks.together([&] { return checked_config(request, world_size); });
  use_threads(config.run.threads);
  ranks.allow(config.dist.timeout_s);
  auto [copies, assembly] = assemble(ranks, config,
                                     {.noise = request.noise,
                                      .local_rank = ranks.topology().local_rank,
                                      .ranks_per_host = ranks.topology().local_size});
  ranks.configure(config.dist, assembly->computation.device);
  if (request.mode == TrainMode::kDryRun) return dry_run(ranks, *assembly);
  TrainingRun run(ranks, *assembly, request, preemption);
  copies.reset();  // all files are open now, on every rank
  return run.run();
}

}  // namespace rocm::launcher
