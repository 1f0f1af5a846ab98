// SPDX-License-Identifier: Apache-2.0
#include "launcher/evaluated_run.hpp"

#include <algorithm>
#include <map>
#include <system_error>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "data/posix_file.hpp"
#include "data/printable.hpp"
#include "data/run/checkpoint.hpp"
#include "data/run/folders.hpp"
#include "data/run/run_log.hpp"
#include "data/sha256.hpp"
#include "dist/base/contract.hpp"
#include "dist/base/log.hpp"
#include "launcher/config_io.hpp"

namespace rocm::launcher {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kAdapterName = "lora.safetensors";

Config config_of_run(const fs::path& path, std::span<const Override> overrides) {
  const fs::path resolved = path / "resolved.toml";
  if (!data::is_file(resolved))
    fail(ExitCode::kInput, {.where = data::printable_path(path),
                            .problem = "it is no run folder",
                            .because = "there is no resolved.toml in it",
                            .advice = "name a folder that train made: run.output/run.name"});
  std::vector<Override> changes{override_from_set("run.seed=0")};
  changes.insert(changes.end(), overrides.begin(), overrides.end());
  return read_config(resolved, changes);
}

void require_distinct(std::span<const fs::path> paths) {
  std::map<fs::path, fs::path> seen;
  for (const fs::path& path : paths)
    require(seen.emplace(plain_path(path), path).second,
            {.where = "rocm-dist evaluate",
             .problem = fmt::format("--run {} is given twice", data::printable_path(path)),
             .because = "a policy is not compared with itself",
             .advice = "name each run once"});
}

std::string name_among(const fs::path& path, std::span<const fs::path> paths) {
  const fs::path name = plain_path(path).filename();
  const auto same = [&](const fs::path& other) { return plain_path(other).filename() == name; };
  const bool unique = std::ranges::count_if(paths, same) == 1 && name != data::kBaseName;
  return data::printable_path(unique ? name : path);
}

std::vector<std::int64_t> kept_steps(const EvaluatedRun& run) {
  const fs::path folder = run.folder.checkpoints();
  return data::is_folder(folder) ? data::checkpoint_steps(folder) : std::vector<std::int64_t>();
}

std::string kept_text(const EvaluatedRun& run) {
  const auto steps = kept_steps(run);
  return steps.empty() ? "it has kept none" : fmt::format("it has {}", fmt::join(steps, ", "));
}

data::ComparedPolicy policy_at(const EvaluatedRun& run, std::int64_t step) {
  const fs::path path = run.folder.checkpoints() / data::checkpoint_name(step);
  if (!data::is_folder(path))
    fail(ExitCode::kCheckpoint,
         {.where = data::printable_path(run.folder.path()),
          .problem = fmt::format("there is no checkpoint of step {}", step),
          .because = kept_text(run),
          .advice = "checkpoint.every and checkpoint.keep say which are made and kept"});
  return {.name = fmt::format("{}@{}", run.name, step),
          .adapter = (data::find_checkpoint(path).path / kAdapterName).string(),
          .step = step};
}

bool is_result(const EvaluatedRun& run, const data::ComparedPolicy& checkpoint) {
  return data::is_finished(run.folder) &&
         data::sha256_of_file(run.folder.result()) == data::sha256_of_file(checkpoint.adapter);
}

std::vector<data::ComparedPolicy> chosen_checkpoints(const EvaluatedRun& run,
                                                     const EvaluateRequest& request) {
  const bool all = request.checkpoints == CheckpointChoice::kAll;
  std::vector<std::int64_t> steps = all ? kept_steps(run) : request.checkpoint_steps;
  std::ranges::sort(steps);
  steps.erase(std::unique(steps.begin(), steps.end()), steps.end());
  std::vector<data::ComparedPolicy> policies;
  for (const std::int64_t step : steps) {
    data::ComparedPolicy policy = policy_at(run, step);
    if (!all || !is_result(run, policy)) policies.push_back(std::move(policy));
  }
  return policies;
}

}  // namespace

fs::path plain_path(const fs::path& path) {
  std::error_code problem;
  fs::path plain = fs::weakly_canonical(path, problem);
  if (problem) plain = path.lexically_normal();  // reading it will say what is wrong
  return plain.has_filename() ? plain : plain.parent_path();
}

std::vector<EvaluatedRun> open_runs(std::span<const fs::path> paths,
                                    std::span<const Override> overrides) {
  require_distinct(paths);
  std::vector<EvaluatedRun> runs;
  for (const fs::path& path : paths)
    runs.push_back({.name = name_among(path, paths),
                    .folder = data::RunFolder(path),
                    .config = config_of_run(path, overrides)});
  return runs;
}

std::vector<data::ComparedPolicy> policies_of(const EvaluatedRun& run,
                                              const EvaluateRequest& request) {
  auto policies = chosen_checkpoints(run, request);
  const std::string where = data::printable_path(run.folder.path());
  if (data::is_finished(run.folder)) {
    policies.push_back({.name = run.name,
                        .adapter = run.folder.result().string(),
                        .step = run.config.run.iterations});
  } else if (policies.empty()) {
    fail(ExitCode::kInput,
         {.where = where,
          .problem = data::is_file(run.folder.result())
                         ? "its lora.safetensors is that of an attempt before"
                         : "there is no lora.safetensors in it",
          .because = fmt::format("the run has not ended; of checkpoints {}", kept_text(run)),
          .advice = "give the run's train command again to finish it, or evaluate its checkpoints "
                    "with --checkpoint N or --checkpoints"});
  } else {
    Log::info(fmt::format("{}: the run has not ended; its checkpoints are evaluated", where));
  }
  return policies;
}

}  // namespace rocm::launcher
