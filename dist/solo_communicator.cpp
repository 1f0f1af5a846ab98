// SPDX-License-Identifier: Apache-2.0
#include "dist/solo_communicator.hpp"

#include <algorithm>

#include "dist/base/contract.hpp"

namespace rocm::dist {

void SoloCommunicator::all_reduce(at::Tensor& /*values*/, Reduction /*reduction*/) {
}

void SoloCommunicator::all_gather(std::span<const std::byte> mine, std::span<std::byte> everyone) {
  expects(everyone.size() == mine.size(), "room for exactly every rank's bytes");
  std::ranges::copy(mine, everyone.begin());
}

void SoloCommunicator::broadcast(std::span<std::byte> /*bytes*/, int root) {
  expects(root == 0, "a root that exists");
}

}  // namespace rocm::dist
