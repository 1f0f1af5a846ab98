// SPDX-License-Identifier: Apache-2.0
#include "data/run/checkpoint_folder.hpp"

#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include "data/atomic_file.hpp"
#include "data/posix_file.hpp"
#include "data/run/checkpoint.hpp"
#include "data/run/folders.hpp"
#include "data/run/manifest.hpp"
#include "data/run/scoped_folder.hpp"

namespace rocm::data {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kAside = ".tmp-";     // being written, or waiting to be deleted
constexpr std::string_view kReplaced = ".old-";  // being replaced by a newer one of the same step
constexpr std::string_view kLatest = "latest";

/// A hidden name for something on its way to or from `name`.
std::string hidden(std::string_view name, std::string_view kind) {
  return fmt::format(".{}{}{}", name, kind, process_tag());
}

void write_files(const fs::path& aside, const nlohmann::ordered_json& state,
                 std::span<const CheckpointFile> files) {
  for (const CheckpointFile& file : files) {
    file.write(aside / file.name);
    sync_file(aside / file.name);
  }
  write_atomically(aside / kStateName, state.dump(2) + "\n");
  write_manifest(aside);
  sync_folder(aside);
}

}  // namespace

CheckpointFolder::CheckpointFolder(fs::path folder) : folder_(std::move(folder)) {
  make_folders(folder_);
  remove_leftovers();
}

fs::path CheckpointFolder::path_of(std::int64_t step) const {
  return folder_ / checkpoint_name(step);
}

void CheckpointFolder::remove_leftovers() {
  for (const fs::path& path : paths_in(folder_)) {
    const std::string name = path.filename().string();
    const auto replaced = name.find(kReplaced);
    if (name.starts_with(".step-") && replaced != std::string::npos) {
      // Killed between taking the old one away and putting the new one there.
      const fs::path place = folder_ / name.substr(1, replaced - 1);
      is_folder(place) ? remove_tree(path) : move_path(path, place);
    } else if (name.starts_with(".") && name.find(kAside) != std::string::npos) {
      remove_tree(path);
    }
  }
}

void CheckpointFolder::save(std::int64_t step, nlohmann::ordered_json state,
                            std::span<const CheckpointFile> files, std::int64_t keep) {
  state["step"] = step;
  const ScopedFolder aside(folder_ / hidden(checkpoint_name(step), kAside));
  write_files(aside.path(), state, files);
  publish(aside.path(), step);
  point_latest_to(step);
  if (keep > 0) prune(step, keep);
}

void CheckpointFolder::prune(std::int64_t newest, std::int64_t keep) {
  std::vector<std::int64_t> saved = checkpoint_steps(folder_);
  // Later ones, if any, may be damaged: they do not count as kept.
  std::erase_if(saved, [&](std::int64_t step) { return step > newest; });
  for (std::int64_t i = 0; i + keep < std::ssize(saved); ++i) {
    remove_step(saved[static_cast<std::size_t>(i)]);
  }
}

void CheckpointFolder::publish(const fs::path& aside, std::int64_t step) {
  const fs::path place = path_of(step);
  const fs::path replaced = folder_ / hidden(checkpoint_name(step), kReplaced);
  const bool taken = is_folder(place);
  if (taken) move_path(place, replaced);
  move_path(aside, place);
  sync_folder(folder_);
  if (taken) remove_tree(replaced);
}

void CheckpointFolder::point_latest_to(std::int64_t step) {
  const fs::path link = folder_ / hidden(kLatest, kAside);
  if (is_folder(folder_ / kLatest) && !fs::is_symlink(folder_ / kLatest))
    fs::remove_all(folder_ / kLatest);  // a copy that followed the link: it would stay in the way
  if (::symlink(checkpoint_name(step).c_str(), link.c_str()) == 0) {
    move_path(link, folder_ / kLatest);
    sync_folder(folder_);
  } else {
    write_atomically(folder_ / kLatest,
                     checkpoint_name(step) + "\n");  // file systems without links
  }
}

void CheckpointFolder::remove_step(std::int64_t step) {
  // Renamed first: a half deleted checkpoint must not look like one.
  const fs::path aside = folder_ / hidden(checkpoint_name(step), kAside);
  move_path(path_of(step), aside);
  remove_tree(aside);
}

void CheckpointFolder::remove_after(std::int64_t step) {
  for (const std::int64_t later : checkpoint_steps(folder_)) {
    if (later > step) remove_step(later);
  }
}

}  // namespace rocm::data
