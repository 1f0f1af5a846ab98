// SPDX-License-Identifier: Apache-2.0
#include "dist/watched_communicator.hpp"

#include <ATen/core/Tensor.h>
#include <fmt/format.h>

namespace rocm::dist {

void WatchedCommunicator::all_reduce(at::Tensor& values, Reduction reduction) {
  const auto watch = watchdog_.watch(fmt::format("all-reduce of {} values", values.numel()));
  inner_.all_reduce(values, reduction);
}

void WatchedCommunicator::all_gather(std::span<const std::byte> mine,
                                     std::span<std::byte> everyone) {
  const auto watch = watchdog_.watch(fmt::format("all-gather of {} bytes", mine.size()));
  inner_.all_gather(mine, everyone);
}

void WatchedCommunicator::broadcast(std::span<std::byte> bytes, int root) {
  const auto watch =
      watchdog_.watch(fmt::format("broadcast of {} bytes from rank {}", bytes.size(), root));
  inner_.broadcast(bytes, root);
}

}  // namespace rocm::dist
