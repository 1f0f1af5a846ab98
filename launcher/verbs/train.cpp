// SPDX-License-Identifier: Apache-2.0
#include "launcher/assembly.hpp"
#include "launcher/config_io.hpp"
#include "launcher/config_text.hpp"
#include "launcher/config_validation.hpp"
#include "launcher/dry_run.hpp"
#include "launcher/preemption.hpp"
#include "launcher/rank_group.hpp"
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
  const auto assembly = ranks.together([&] {
    return std::make_unique<Assembly>(
        config, AssemblyRequest{.noise = request.noise,
                                .local_rank = ranks.topology().local_rank,
                                .ranks_per_host = ranks.topology().local_size});
  });
  ranks.configure(config.dist, assembly->computation.device);
  if (request.mode == TrainMode::kDryRun) return dry_run(ranks, *assembly);
  return TrainingRun(ranks, *assembly, request, preemption).run();
}

}  // namespace rocm::launcher
