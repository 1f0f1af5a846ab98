// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rocm::launcher {

/// What a part of a step took.
struct PhaseCost {
  std::string name;
  double seconds = 0.0;
  double cpu_seconds = 0.0;     ///< of all threads
  std::int64_t peak_bytes = 0;  ///< largest resident set of the process meanwhile
};

/// Time and memory of the parts of a step, which follow each other without gaps; what came before
/// the first of them is the part "start". Every part starts the system's high-water mark anew
/// (/proc/self/clear_refs), so programs that watch this process see the mark of its last part only.
class PhaseMeter {
 public:
  /// Ends the part before. A name that was there adds to it.
  void begin(std::string_view name);

  /// Ends the last part; what all of them took, in the order of their first beginnings.
  [[nodiscard]] std::vector<PhaseCost> take();

 private:
  void end();

  std::vector<PhaseCost> costs_;
  std::string open_ = "start";  ///< empty: none
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  double cpu_begin_s_ = 0.0;
};

/// "rollout 30.10 s (58.90 CPU s, 4.20 GB), decoder 5.00 s (9.71 CPU s, 4.31 GB), ...".
[[nodiscard]] std::string text_of(const std::vector<PhaseCost>& costs);

}  // namespace rocm::launcher
