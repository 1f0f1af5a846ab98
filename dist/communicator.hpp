// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace at {
class Tensor;
}

namespace rocm::dist {

enum class Reduction : std::uint8_t { kSum, kMax };

/// What we need from a group of processes. The last three verbs are collective: every rank calls
/// them in the same order with the same sizes, or the job ends at the watchdog's deadline.
class Communicator {
 public:
  virtual ~Communicator() = default;

  [[nodiscard]] virtual int rank() const = 0;
  [[nodiscard]] virtual int world_size() const = 0;

  /// In place, over a contiguous int64, float32 or float64 tensor on the backend's device.
  /// Integer sums are exact and therefore independent of order; float sums are not.
  virtual void all_reduce(at::Tensor& values, Reduction reduction) = 0;
  /// everyone.size() == world_size() * mine.size(); rank r's bytes land at r * mine.size().
  virtual void all_gather(std::span<const std::byte> mine, std::span<std::byte> everyone) = 0;
  virtual void broadcast(std::span<std::byte> bytes, int root) = 0;
};

}  // namespace rocm::dist
