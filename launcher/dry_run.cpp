// SPDX-License-Identifier: Apache-2.0
#include "launcher/dry_run.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "data/printable.hpp"
#include "dist/base/log.hpp"
#include "launcher/config_text.hpp"
#include "launcher/evaluator.hpp"
#include "launcher/machine.hpp"
#include "launcher/memory_estimate.hpp"
#include "launcher/standard_output.hpp"

namespace rocm::launcher {
namespace {

/// Latents that one sample of one step leaves in the trajectory files.
double latent_bytes_per_sample(const Assembly& assembly) {
  const auto& fields = assembly.config.records.fields;
  const auto latents = std::ranges::count_if(fields, [](RecordField field) {
    return field == RecordField::kMean || field == RecordField::kReferenceMean ||
           field == RecordField::kState;
  });
  const auto [channels, height, width] = assembly.generator.latent_CHW;
  const double bytes = assembly.config.records.dtype == RecordDtype::kFp16 ? 2.0 : 4.0;
  const auto transitions = model::num_transitions(assembly.generator.policy.schedule());
  return static_cast<double>(latents * channels * height * width) *
         static_cast<double>(transitions) * bytes;
}

double record_bytes(const Assembly& assembly) {
  const Config& config = assembly.config;
  if (config.records.every == 0) return 0.0;
  const auto steps = static_cast<double>(config.run.iterations / config.records.every);
  return steps * static_cast<double>(config.data.batch_size) * latent_bytes_per_sample(assembly);
}

/// The nearest folder of `path` that exists: where a run folder would be made.
std::filesystem::path existing_parent(std::filesystem::path path) {
  path = std::filesystem::absolute(path);
  while (!std::filesystem::exists(path)) path = path.parent_path();
  return path;
}

void require_disk_space(const Assembly& assembly) {
  const auto folder = existing_parent(assembly.config.run.output);
  const double needed = record_bytes(assembly);
  const auto free = static_cast<double>(std::filesystem::space(folder).available);
  Log::info(fmt::format("trajectories will take {:.3f} GB; {:.1f} GB are free in {}", needed / 1e9,
                        free / 1e9, folder.string()));
  if (needed <= free) return;
  fail(ExitCode::kStorage,
       {.where = data::printable_path(folder),
        .problem = "the trajectories would not fit on this disk",
        .because = fmt::format("they need {:.1f} GB", needed / 1e9),
        .advice = "raise records.every, record fewer fields, or set run.output"});
}

void require_memory(const MemoryEstimate& estimate, const Assembly& assembly,
                    const dist::Topology& topology) {
  Log::info(
      fmt::format("each rank will take about {:.2f} GB: {:.2f} GB stand, a unit of {} adds "
                  "{:.2f} GB at its peak",
                  estimate.total_bytes() / 1e9, estimate.resident_bytes / 1e9,
                  assembly.config.data.micro_batch, estimate.working_bytes / 1e9));
  if (!assembly.computation.device.is_cpu()) return;  // the GPU says it at the first step
  const auto free = static_cast<double>(this_machine().free_bytes);
  const double needed = estimate.working_bytes * topology.local_size;
  if (needed <= free) return;
  fail(ExitCode::kOutOfMemory,
       {.where = topology.host(),
        .problem = "the run would not fit in memory",
        .because = fmt::format("{} ranks need {:.1f} GB more and {:.1f} GB are free",
                               topology.local_size, needed / 1e9, free / 1e9),
        .advice = "lower data.micro_batch or model.resolution, keep model.checkpoint = "
                  "\"every_step\", or start fewer ranks per machine"});
}

}  // namespace

ExitCode dry_run(RankGroup& ranks, Assembly& assembly) {
  ranks.together([&] {
    static_cast<void>(assembly.workload(assembly.config.data.batch_size));  // replay files
    if (assembly.config.evaluation.every > 0)
      static_cast<void>(Evaluator(assembly, ranks.communicator()));
    if (ranks.first()) {
      require_disk_space(assembly);
      const auto& topology = ranks.topology();
      require_memory(estimate_memory(assembly, topology.world_size), assembly, topology);
    }
    return 0;
  });
  if (ranks.first()) print_result(resolved_toml(assembly.config));
  return ExitCode::kOk;
}

}  // namespace rocm::launcher
