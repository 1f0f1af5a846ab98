// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dist/communicator.hpp"

namespace rocm::dist {

/// A group of one: every collective is done as soon as it is called. Tensors on any device.
class SoloCommunicator final : public Communicator {
 public:
  [[nodiscard]] int rank() const override { return 0; }

  [[nodiscard]] int world_size() const override { return 1; }

  void all_reduce(at::Tensor& values, Reduction reduction) override;
  void all_gather(std::span<const std::byte> mine, std::span<std::byte> everyone) override;
  void broadcast(std::span<std::byte> bytes, int root) override;
};

}  // namespace rocm::dist
