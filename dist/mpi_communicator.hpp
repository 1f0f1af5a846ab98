// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "dist/communicator.hpp"

namespace rocm::dist {

/// All ranks of the job, through MPI. Tensors live on the host; one on a GPU goes through the host
/// and back. Needs a live MpiSession, and is used from the thread that made that.
class MpiCommunicator final : public Communicator {
 public:
  /// MPI counts in int, and Open MPI multiplies such counts inside: longer messages are cut into
  /// pieces of `largest_message` elements.
  explicit MpiCommunicator(std::int64_t largest_message = std::int64_t{1} << 28);

  [[nodiscard]] int rank() const override { return rank_; }

  [[nodiscard]] int world_size() const override { return world_size_; }

  /// A maximum over NaN is undefined in MPI: callers map NaN first.
  void all_reduce(at::Tensor& values, Reduction reduction) override;
  void all_gather(std::span<const std::byte> mine, std::span<std::byte> everyone) override;
  void broadcast(std::span<std::byte> bytes, int root) override;

 private:
  void gather_piece(std::span<const std::byte> mine, std::span<std::byte> everyone);

  std::int64_t largest_message_;
  int rank_ = 0;
  int world_size_ = 1;
};

}  // namespace rocm::dist
