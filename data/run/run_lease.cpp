// SPDX-License-Identifier: Apache-2.0
#include "data/run/run_lease.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data/printable.hpp"
#include "data/run/folders.hpp"
#include "dist/base/contract.hpp"
#include "dist/base/log.hpp"

namespace rocm::data {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kLeaseName = "run.lease";

LeaseLock lock_on(const FileDescriptor& file, LeaseLocking locking) {
  if (locking == LeaseLocking::kNever) return LeaseLock::kUnsupported;
  if (::flock(file.get(), LOCK_EX | LOCK_NB) == 0) return LeaseLock::kFree;  // and now ours
  return errno == EWOULDBLOCK ? LeaseLock::kHeld : LeaseLock::kUnsupported;
}

/// Held no longer than the file is open here.
LeaseLock shared_lock_on(const FileDescriptor& file) {
  if (::flock(file.get(), LOCK_SH | LOCK_NB) == 0) return LeaseLock::kFree;
  return errno == EWOULDBLOCK ? LeaseLock::kHeld : LeaseLock::kUnsupported;
}

/// False when the path has been given to another file since it was opened.
bool still_named(const FileDescriptor& file, const fs::path& path) {
  struct stat opened = {};
  struct stat named = {};
  return ::fstat(file.get(), &opened) == 0 && ::stat(path.c_str(), &named) == 0 &&
         opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

std::optional<LeaseHolder> owner_in(const FileDescriptor& file) {
  std::array<char, 4096> text = {};
  const ssize_t count = ::pread(file.get(), text.data(), text.size(), 0);
  if (count <= 0) return std::nullopt;
  return parse_lease_holder(std::string_view(text.data(), static_cast<std::size_t>(count)));
}

}  // namespace

bool abandoned(const LeaseHolder& owner, const LeaseHolder& self, LeaseLock lock) {
  if (lock == LeaseLock::kHeld || runs_here(owner)) return false;
  const bool same_host = owner.host == self.host;
  const bool same_slurm_job = !owner.slurm_job.empty() && owner.slurm_job == self.slurm_job;
  return same_host || same_slurm_job || lock == LeaseLock::kFree;
}

std::optional<LeaseHolder> holder_at_work(const fs::path& run_folder, const LeaseHolder& self) {
  const FileDescriptor file(::open((run_folder / kLeaseName).c_str(), O_RDONLY | O_CLOEXEC));
  const std::optional<LeaseHolder> owner = file ? owner_in(file) : std::nullopt;
  if (!owner) return std::nullopt;
  const bool elsewhere = owner->host != self.host;
  const LeaseLock lock = elsewhere ? shared_lock_on(file) : LeaseLock::kUnsupported;
  return abandoned(*owner, self, lock) ? std::nullopt : owner;
}

RunLease::RunLease(const fs::path& run_folder, const LeaseHolder& self, LeaseLocking locking)
    : path_(run_folder / kLeaseName) {
  while (try_to_take(self, locking) == Outcome::kTryAgain) {
  }
}

RunLease::~RunLease() {
  if (still_named(file_, path_)) ::unlink(path_.c_str());  // while we hold the lock
}

RunLease::Outcome RunLease::try_to_take(const LeaseHolder& self, LeaseLocking locking) {
  FileDescriptor made(::open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (made) {
    // Somebody may have opened and locked it in between; then it is theirs.
    if (lock_on(made, locking) == LeaseLock::kHeld) refuse(owner_in(made));
    sign(std::move(made), self);
    return Outcome::kTaken;
  }
  if (errno != EEXIST) storage_check(-1, "create", path_, 0);

  FileDescriptor found(::open(path_.c_str(), O_RDWR | O_CLOEXEC));
  if (!found && errno == ENOENT) return Outcome::kTryAgain;  // given back just now
  storage_check(found.get(), "open", path_, 0);
  const LeaseLock lock = lock_on(found, locking);
  if (!still_named(found, path_)) return Outcome::kTryAgain;
  return take_existing(std::move(found), self, lock);
}

RunLease::Outcome RunLease::take_existing(FileDescriptor file, const LeaseHolder& self,
                                          LeaseLock lock) {
  const std::optional<LeaseHolder> owner = owner_in(file);
  // An unsigned lease: its maker was killed at birth, as the free lock proves, or is at it.
  const bool free = owner ? abandoned(*owner, self, lock) : lock == LeaseLock::kFree;
  if (!free) refuse(owner);
  Log::warn(fmt::format("{}: taking over from a job that is gone ({})", printable_path(path_),
                        owner ? description_of(*owner) : "it left no name"));
  if (lock == LeaseLock::kUnsupported) return clear_away(owner);
  sign(std::move(file), self);
  return Outcome::kTaken;
}

/// Without locks two jobs may find the same abandoned lease; only one gets to move it away, and
/// whoever moved a fresh one by mistake puts it back.
RunLease::Outcome RunLease::clear_away(const std::optional<LeaseHolder>& owner) {
  const fs::path aside = path_.native() + ".gone-" + process_tag();
  if (std::rename(path_.c_str(), aside.c_str()) != 0) {
    if (errno != ENOENT) storage_check(-1, "move", path_, 0);
    return Outcome::kTryAgain;  // somebody else was quicker
  }
  const FileDescriptor moved(::open(aside.c_str(), O_RDONLY | O_CLOEXEC));
  const bool same = moved && owner_in(moved) == owner;
  if (!same) storage_check(::link(aside.c_str(), path_.c_str()), "put back", path_, 0);
  ::unlink(aside.c_str());
  return Outcome::kTryAgain;
}

void RunLease::sign(FileDescriptor file, const LeaseHolder& self) {
  const std::string text = to_json(self);
  storage_check(::ftruncate(file.get(), 0), "empty", path_, 0);
  storage_check(static_cast<int>(::lseek(file.get(), 0, SEEK_SET)), "rewind", path_, 0);
  write_all(file, std::as_bytes(std::span(text)), path_, text.size());
  storage_check(::fsync(file.get()), "sync", path_, text.size());
  file_ = std::move(file);
}

void RunLease::refuse(const std::optional<LeaseHolder>& owner) const {
  fail(ExitCode::kUsage,
       {.where = printable_path(path_.parent_path()),
        .problem = "another job is at work in this run folder",
        .because = owner ? description_of(*owner) : "it has not signed its lease yet",
        .advice = fmt::format("wait for it, choose another run.name, or delete {} if you know that "
                              "it is gone",
                              printable_path(path_))});
}

}  // namespace rocm::data
