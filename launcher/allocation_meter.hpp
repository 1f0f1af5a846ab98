// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include <c10/core/Device.h>
#include <c10/util/ThreadLocalDebugInfo.h>

namespace rocm::launcher {

/// Follows what LibTorch allocates for this thread on one kind of device, for as long as it lives.
class AllocationMeter {
 public:
  explicit AllocationMeter(c10::DeviceType device);

  /// The most that was allocated at one time since the last call, or since the start; what was
  /// allocated before the start does not count.
  [[nodiscard]] std::int64_t take_peak_bytes();

 private:
  class Ledger;
  std::shared_ptr<Ledger> ledger_;
  c10::DebugInfoGuard guard_;
};

}  // namespace rocm::launcher
