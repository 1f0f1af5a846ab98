// SPDX-License-Identifier: Apache-2.0
#include "data/run/run_folder.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "data/atomic_file.hpp"
#include "data/posix_file.hpp"
#include "data/run/checkpoint.hpp"
#include "data/run/folders.hpp"

namespace rocm::data {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kAttempt = "attempt-";

/// The number in attempt-001; 0 for other names.
std::int64_t attempt_in(const std::string& name) {
  if (!name.starts_with(kAttempt)) return 0;
  std::int64_t number = 0;
  const char* const end = name.data() + name.size();
  const auto parsed = std::from_chars(name.data() + kAttempt.size(), end, number);
  return parsed.ec == std::errc() && parsed.ptr == end ? number : 0;
}

std::int64_t last_attempt(const fs::path& trajectories) {
  std::int64_t last = 0;
  if (!is_folder(trajectories)) return last;
  for (const fs::path& path : paths_in(trajectories)) {
    last = std::max(last, attempt_in(path.filename().string()));
  }
  return last;
}

}  // namespace

RunFolder::RunFolder(fs::path path) : path_(std::move(path)) {
}

fs::path RunFolder::samples(std::int64_t step) const {
  return path_ / "samples" / (checkpoint_name(step) + ".png");
}

fs::path RunFolder::log(std::int64_t rank) const {
  return path_ / "log" / fmt::format("rank-{:04}.log", rank);
}

fs::path RunFolder::attempt(std::int64_t number) const {
  return path_ / "trajectories" / fmt::format("{}{:03}", kAttempt, number);
}

bool RunFolder::used() const {
  const bool saved = is_folder(checkpoints()) && !checkpoint_steps(checkpoints()).empty();
  return saved || is_file(metrics()) || last_attempt(path_ / "trajectories") > 0;
}

void RunFolder::create() const {
  for (const char* name : {"trajectories", "checkpoints", "samples", "log"}) {
    make_folders(path_ / name);
  }
}

std::int64_t RunFolder::start_attempt() const {
  const std::int64_t number = last_attempt(path_ / "trajectories") + 1;
  make_folders(attempt(number));
  return number;
}

void write_description(const RunFolder& folder, const RunDescription& description) {
  write_atomically(folder.path() / "config.toml", description.config);
  write_atomically(folder.path() / "resolved.toml", description.resolved);
  write_atomically(folder.path() / "environment.json", description.environment.dump(2) + "\n");
}

}  // namespace rocm::data
