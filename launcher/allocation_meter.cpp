// SPDX-License-Identifier: Apache-2.0
#include "launcher/allocation_meter.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include <c10/core/Allocator.h>

namespace rocm::launcher {

/// What LibTorch's profiler would be told.
class AllocationMeter::Ledger : public c10::MemoryReportingInfoBase {
 public:
  explicit Ledger(c10::DeviceType device) : device_(device) {}

  void reportMemoryUsage(void* /*block*/, std::int64_t size_bytes, std::size_t /*allocated*/,
                         std::size_t /*reserved*/, c10::Device device) override {
    if (device.type() != device_) return;
    now_bytes_ += size_bytes;  // negative when memory is given back
    peak_bytes_ = std::max(peak_bytes_, now_bytes_);
  }

  [[nodiscard]] bool memoryProfilingEnabled() const override { return true; }

  [[nodiscard]] std::int64_t take_peak_bytes() { return std::exchange(peak_bytes_, now_bytes_); }

 private:
  c10::DeviceType device_;
  std::int64_t now_bytes_ = 0;
  std::int64_t peak_bytes_ = 0;
};

AllocationMeter::AllocationMeter(c10::DeviceType device)
    : ledger_(std::make_shared<Ledger>(device)),
      guard_(c10::DebugInfoKind::PROFILER_STATE, ledger_) {
}

std::int64_t AllocationMeter::take_peak_bytes() {
  return ledger_->take_peak_bytes();
}

}  // namespace rocm::launcher
