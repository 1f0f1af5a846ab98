// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "launcher/sweep/member_state.hpp"
#include "launcher/sweep/sweep_plan.hpp"

namespace rocm::launcher {

/// One line per member below a line of titles: id, the values of the swept keys, state.
[[nodiscard]] std::string plan_table(const SweepPlan& plan, const std::vector<MemberState>& states);

/// The same as one JSON object: "folder", "members": [{"id", "settings": {key: value}, "state",
/// "note"}], "counts": {state: number}.
[[nodiscard]] std::string plan_json(const SweepPlan& plan, const std::vector<MemberState>& states);

}  // namespace rocm::launcher
