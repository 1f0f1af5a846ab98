// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "launcher/sweep/sweep_plan.hpp"

namespace rocm::launcher {

enum class MemberStatus : std::uint8_t {
  kPending,  ///< nothing was done yet, or the settings changed since
  kRunning,  ///< a job holds its lease
  kDone,
  kFailed,
  kStopped  ///< on request or by a kill; goes on where it was
};

[[nodiscard]] std::string_view name_of(MemberStatus status);

/// How far a member is, from its run folder and from what `sweep run` noted: whoever ran it, here
/// or under Slurm.
struct MemberState {
  MemberStatus status = MemberStatus::kPending;
  std::string note;  ///< who runs it, why it failed, after which step it stopped; safe to print
};

/// Throws Failure(kInput) for files that cannot be read.
[[nodiscard]] MemberState state_of(const SweepPlan& plan, const SweepMember& member);

/// Of all members, in their order.
[[nodiscard]] std::vector<MemberState> states_of(const SweepPlan& plan);

/// "6 members: 2 done, 1 running, 3 pending"
[[nodiscard]] std::string counts_text(const std::vector<MemberState>& states);

/// The line that a member's log ends with after a failure; it begins with this.
inline constexpr std::string_view kFailedMark = "FAILED";

}  // namespace rocm::launcher
