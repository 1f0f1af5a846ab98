// SPDX-License-Identifier: Apache-2.0
#include "data/run/checkpoint.hpp"

#include <algorithm>
#include <variant>

#include <fmt/format.h>

#include "data/json_file.hpp"
#include "data/posix_file.hpp"
#include "data/printable.hpp"
#include "data/run/folders.hpp"
#include "data/run/manifest.hpp"
#include "data/whole_file.hpp"
#include "dist/base/contract.hpp"
#include "dist/base/log.hpp"

namespace rocm::data {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "step-";
constexpr std::size_t kMostNameBytes = 64;

/// The number in step-000050; nothing for other names.
std::optional<std::int64_t> step_in(const std::string& name) {
  const std::string digits = name.substr(std::min(kPrefix.size(), name.size()));
  const bool number = !digits.empty() && digits.size() <= 18 &&
                      digits.find_first_not_of("0123456789") == std::string::npos;
  if (!number || name != checkpoint_name(std::stoll(digits))) return std::nullopt;
  return std::stoll(digits);
}

using CheckpointOrProblem = std::variant<Checkpoint, std::string>;

CheckpointOrProblem read_state(const fs::path& path) {
  Checkpoint checkpoint = {.path = path, .state = read_json(path / kStateName)};
  const auto step = checkpoint.state.find("step");
  if (step == checkpoint.state.end() || !step->is_number_integer()) {
    return "state.json names no step";
  }
  checkpoint.step = step->get<std::int64_t>();
  const auto named = step_in(path.filename().string());
  if (named && *named != checkpoint.step) return "its state is that of another step";
  return checkpoint;
}

CheckpointOrProblem open_checkpoint(const fs::path& path) {
  if (const auto problem = manifest_problem(path)) return *problem;
  try {
    return read_state(path);
  } catch (const Failure& failure) {
    return failure.what();  // one more way of being damaged; an older one may be intact
  }
}

[[noreturn]] void fail_to_resume(const fs::path& path, const std::string& because) {
  fail(ExitCode::kCheckpoint,
       {.where = printable_path(path),
        .problem = "there is no intact checkpoint to go on from",
        .because = because,
        .advice = "restore it from a copy, or start anew with --resume never"});
}

Checkpoint open_or_fail(const fs::path& path) {
  CheckpointOrProblem found = open_checkpoint(path);
  if (const auto* problem = std::get_if<std::string>(&found))
    fail(ExitCode::kCheckpoint, {.where = printable_path(path),
                                 .problem = "this checkpoint is damaged",
                                 .because = *problem,
                                 .advice = "restore it from a copy, or name another one"});
  return std::get<Checkpoint>(std::move(found));
}

/// `latest` is a link, or a file with a name in it where links do not exist.
fs::path named_by(const fs::path& file) {
  std::string name = read_whole_file(file, kMostNameBytes);
  if (!name.empty() && name.back() == '\n') name.pop_back();
  if (!step_in(name)) fail_to_resume(file, "the file names no checkpoint");
  return file.parent_path() / name;
}

}  // namespace

std::string checkpoint_name(std::int64_t step) {
  return fmt::format("{}{:06}", kPrefix, step);
}

std::vector<std::int64_t> checkpoint_steps(const fs::path& folder) {
  std::vector<std::int64_t> steps;
  for (const fs::path& path : paths_in(folder)) {
    const auto step = step_in(path.filename().string());
    if (step && is_folder(path)) steps.push_back(*step);
  }
  std::ranges::sort(steps);
  return steps;
}

std::optional<Checkpoint> newest_complete(const fs::path& folder) {
  if (!is_folder(folder)) return std::nullopt;
  const std::vector<std::int64_t> steps = checkpoint_steps(folder);
  std::string newest_problem;
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
    const fs::path path = folder / checkpoint_name(*step);
    CheckpointOrProblem found = open_checkpoint(path);
    if (auto* checkpoint = std::get_if<Checkpoint>(&found)) return std::move(*checkpoint);
    const std::string& problem = std::get<std::string>(found);
    if (newest_problem.empty()) newest_problem = problem;
    Log::warn(
        fmt::format("{}: passing over a damaged checkpoint ({})", printable_path(path), problem));
  }
  if (!steps.empty()) fail_to_resume(folder, newest_problem);
  return std::nullopt;
}

Checkpoint find_checkpoint(const fs::path& path) {
  if (is_file(path / kManifestName)) return open_or_fail(path);
  if (is_file(path)) return open_or_fail(named_by(path));
  const fs::path inside = path / "checkpoints";
  auto newest = newest_complete(is_folder(inside) ? inside : path);
  if (!newest) fail_to_resume(path, "it holds no checkpoint");
  return std::move(*newest);
}

}  // namespace rocm::data
