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

  /// The most that was allocated at one time since the start, and not before it.
  [[nodiscard]] std::int64_t peak_bytes() const;

 private:
  class Ledger;
  std::shared_ptr<Ledger> ledger_;
  c10::DebugInfoGuard guard_;
};

}  // namespace rocm::launcher
