// SPDX-License-Identifier: Apache-2.0
#include "data/run/run_inspection.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "data/inspection_entries.hpp"
#include "data/json_file.hpp"
#include "data/lora_file.hpp"
#include "data/posix_file.hpp"
#include "data/printable.hpp"
#include "data/records/hdf5_reader.hpp"
#include "data/run/checkpoint.hpp"
#include "data/run/folders.hpp"
#include "data/run/run_folder.hpp"
#include "data/run/run_log.hpp"

namespace rocm::data {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

std::size_t verified_steps(const fs::path& metrics) {
  if (!is_file(metrics)) return 0;
  const std::vector<std::string> lines = complete_lines(metrics);
  for (std::size_t i = 0; i < lines.size(); ++i)
    (void)parse_json(lines[i], fmt::format("{}:{}", printable_path(metrics), i + 1));
  return lines.size();
}

/// "DONE", "FAILED", or what the run did last: it is under way, or was killed.
std::string last_word(const fs::path& log) {
  const std::vector<std::string> messages = log_messages(log);
  return messages.empty() ? "" : messages.back();
}

ordered_json attempts_of(const fs::path& trajectories) {
  ordered_json attempts = ordered_json::array();
  if (!is_folder(trajectories)) return attempts;
  for (const fs::path& folder : paths_in(trajectories)) {
    if (!is_folder(folder)) continue;
    ordered_json files = ordered_json::array();
    for (const fs::path& path : files_in(folder)) {
      files.push_back(
          {{"file", printable(path.filename().native())}, {"steps", recorded_steps(path)}});
    }
    attempts.push_back(
        {{"attempt", printable(folder.filename().native())}, {"trajectories", files}});
  }
  return attempts;
}

ordered_json intact_checkpoints(const fs::path& folder) {
  ordered_json steps = ordered_json::array();
  if (!is_folder(folder)) return steps;
  for (const std::int64_t step : checkpoint_steps(folder))
    steps.push_back(find_checkpoint(folder / checkpoint_name(step)).step);
  return steps;
}

}  // namespace

ordered_json inspect_checkpoint(const fs::path& path) {
  const Checkpoint checkpoint = find_checkpoint(path);
  ordered_json json = start_inspection(path, "checkpoint");
  json["step"] = checkpoint.step;
  json["files"] = file_entries(files_in(path));
  return json;
}

ordered_json inspect_run(const fs::path& path) {
  const RunFolder run(path);
  ordered_json json = start_inspection(path, "run");
  json["status"] = last_word(run.log(0));
  json["steps"] = verified_steps(run.metrics());
  json["checkpoints"] = intact_checkpoints(run.checkpoints());
  json["attempts"] = attempts_of(path / "trajectories");
  if (is_file(run.result())) (void)read_lora_unresolved(run.result());
  json["files"] = file_entries(files_in(path));
  return json;
}

}  // namespace rocm::data
