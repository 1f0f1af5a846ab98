// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dist/communicator.hpp"
#include "dist/watchdog.hpp"

namespace rocm::dist {

/// Any communicator, each of its collectives under the watchdog's deadline. Both must outlive it.
class WatchedCommunicator final : public Communicator {
 public:
  WatchedCommunicator(Communicator& inner, Watchdog& watchdog)
      : inner_(inner), watchdog_(watchdog) {}

  [[nodiscard]] int rank() const override { return inner_.rank(); }

  [[nodiscard]] int world_size() const override { return inner_.world_size(); }

  void all_reduce(at::Tensor& values, Reduction reduction) override;
  void all_gather(std::span<const std::byte> mine, std::span<std::byte> everyone) override;
  void broadcast(std::span<std::byte> bytes, int root) override;

 private:
  Communicator& inner_;
  Watchdog& watchdog_;
};

}  // namespace rocm::dist
