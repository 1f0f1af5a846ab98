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
  std::int64_t peak_bytes = 0;  ///< largest resident set of the process meanwhile
};

/// Time and memory of the parts of a step, which follow each other without gaps. Every part starts
/// the system's high-water mark anew (/proc/self/clear_refs), so programs that watch this process
/// see the mark of its last part only.
class PhaseMeter {
 public:
  /// Ends the part before. A name that was there adds to it.
  void begin(std::string_view name);

  /// Ends the last part; what all of them took, in the order of their first beginnings.
  [[nodiscard]] std::vector<PhaseCost> take();

 private:
  void end();

  std::vector<PhaseCost> costs_;
  std::string open_;  ///< empty: none
  std::chrono::steady_clock::time_point begin_;
};

/// "rollout 30.1 s 4.20 GB, decoder 5.0 s 4.31 GB, ...".
[[nodiscard]] std::string text_of(const std::vector<PhaseCost>& costs);

}  // namespace rocm::launcher
