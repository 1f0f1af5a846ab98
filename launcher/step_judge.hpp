// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "launcher/step_report.hpp"

namespace rocm::launcher {

/// Says of every step whether the run is still worth its time.
class StepJudge {
 public:
  /// iterations: of the run. speaks: on one rank.
  StepJudge(std::int64_t iterations, bool speaks) : iterations_(iterations), speaks_(speaks) {}

  /// Warns of a gradient that is not finite and, once, of a divergence that has lost its pull.
  /// Throws SharedFailure(kNumerics), on every rank alike, when too many steps in a row changed
  /// nothing.
  void judge(const StepReport& report);

 private:
  void judge_numerics(const StepReport& report);
  void judge_divergence(const StepReport& report);

  std::int64_t iterations_;
  bool speaks_;
  std::int64_t skipped_in_row_ = 0;  ///< steps whose gradient was not finite
  bool warned_of_saturation_ = false;
};

}  // namespace rocm::launcher
