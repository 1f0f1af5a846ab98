// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "data/posix_file.hpp"
#include "data/run/lease_holder.hpp"

namespace rocm::data {

/// What the file system's lock says about a lease that exists.
enum class LeaseLock : std::uint8_t { kHeld, kFree, kUnsupported };

/// Whether a lease was left behind by a job that is gone:
///   lock held by another                     no
///   owner is a running process of this host  no
///   same host, not running (or rebooted)     yes
///   other host, lock free                    yes: locks are shared where they work (NFS, Lustre's
///                                            `flock`; not its `localflock`)
///   other host, no locks here                only if Slurm started the same job again
[[nodiscard]] bool abandoned(const LeaseHolder& owner, const LeaseHolder& self, LeaseLock lock);

/// Who is at work in a run folder, as far as can be told from here; nobody if its lease is missing,
/// unsigned or abandoned. Takes nothing: a lock is only tried on a lease that another host signed.
[[nodiscard]] std::optional<LeaseHolder> holder_at_work(const std::filesystem::path& run_folder,
                                                        const LeaseHolder& self = this_process());

enum class LeaseLocking : std::uint8_t { kWhereSupported, kNever };

/// The right to write into a run folder, held through its life: run.lease, created exclusively,
/// names the holder; a lock on it, where the file system has locks, proves that the holder lives.
/// A killed job needs no repair: the next one takes its lease over with a warning. For rank 0.
class RunLease {
 public:
  /// Throws Failure(kUsage) when another job holds it, naming that job; Failure(kStorage).
  explicit RunLease(const std::filesystem::path& run_folder,
                    const LeaseHolder& self = this_process(),
                    LeaseLocking locking = LeaseLocking::kWhereSupported);

  RunLease(const RunLease&) = delete;  // one owner gives it back
  RunLease& operator=(const RunLease&) = delete;
  ~RunLease();

 private:
  enum class Outcome : std::uint8_t { kTaken, kTryAgain };

  [[nodiscard]] Outcome try_to_take(const LeaseHolder& self, LeaseLocking locking);
  [[nodiscard]] Outcome take_existing(FileDescriptor file, const LeaseHolder& self, LeaseLock lock);
  [[nodiscard]] Outcome clear_away(const std::optional<LeaseHolder>& owner);
  void sign(FileDescriptor file, const LeaseHolder& self);
  [[noreturn]] void refuse(const std::optional<LeaseHolder>& owner) const;

  std::filesystem::path path_;
  FileDescriptor file_;
};

}  // namespace rocm::data
