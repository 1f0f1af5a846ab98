// SPDX-License-Identifier: Apache-2.0
#include "dist/mpi_communicator.hpp"

#include <algorithm>
#include <climits>
#include <vector>

#include <ATen/core/Tensor.h>
#include <mpi.h>

#include "dist/base/contract.hpp"
#include "dist/mpi_session.hpp"

namespace rocm::dist {
namespace {

MPI_Datatype datatype_of(const at::Tensor& values) {
  switch (values.scalar_type()) {
    case at::kLong:
      return MPI_INT64_T;
    case at::kFloat:
      return MPI_FLOAT;
    default:
      expects(values.scalar_type() == at::kDouble, "an int64, float32 or float64 tensor");
      return MPI_DOUBLE;
  }
}

MPI_Op operation_of(Reduction reduction) {
  return reduction == Reduction::kMax ? MPI_MAX : MPI_SUM;
}

std::byte* bytes_of(at::Tensor& values) {
  return static_cast<std::byte*>(values.mutable_data_ptr());
}

/// Calls `exchange(begin, count)` for consecutive pieces of at most `largest` elements.
template <class Exchange>
void in_pieces(std::int64_t length, std::int64_t largest, Exchange exchange) {
  for (std::int64_t begin = 0; begin < length; begin += largest)
    exchange(begin, static_cast<int>(std::min(largest, length - begin)));
}

}  // namespace

MpiCommunicator::MpiCommunicator(std::int64_t largest_message) : largest_message_(largest_message) {
  expects(0 < largest_message && largest_message <= INT_MAX, "a message that MPI can count");
  mpi_check(MPI_Comm_rank(MPI_COMM_WORLD, &rank_), "learn our rank");
  mpi_check(MPI_Comm_size(MPI_COMM_WORLD, &world_size_), "count the ranks");
}

void MpiCommunicator::all_reduce(at::Tensor& values, Reduction reduction) {
  expects(values.is_contiguous(), "a contiguous tensor to reduce");
  at::Tensor host = values.cpu();  // the same storage when it is there already
  const MPI_Datatype datatype = datatype_of(host);
  in_pieces(host.numel(), largest_message_, [&](std::int64_t begin, int count) {
    std::byte* piece = bytes_of(host) + begin * static_cast<std::int64_t>(host.element_size());
    mpi_check(MPI_Allreduce(MPI_IN_PLACE, piece, count, datatype, operation_of(reduction),
                            MPI_COMM_WORLD),
              "all-reduce");
  });
  if (!values.is_cpu()) values.copy_(host);
}

void MpiCommunicator::all_gather(std::span<const std::byte> mine, std::span<std::byte> everyone) {
  expects(everyone.size() == mine.size() * static_cast<std::size_t>(world_size_),
          "room for exactly every rank's bytes");
  const auto length = static_cast<std::int64_t>(mine.size());
  if (length <= largest_message_) return gather_piece(mine, everyone);
  std::vector<std::byte> pieces;
  in_pieces(length, largest_message_, [&](std::int64_t begin, int count) {
    const auto size = static_cast<std::size_t>(count);
    pieces.resize(size * static_cast<std::size_t>(world_size_));
    gather_piece(mine.subspan(static_cast<std::size_t>(begin), size), pieces);
    for (int rank = 0; rank < world_size_; ++rank)
      std::copy_n(pieces.begin() + std::int64_t{rank} * count, count,
                  everyone.begin() + rank * length + begin);
  });
}

void MpiCommunicator::gather_piece(std::span<const std::byte> mine, std::span<std::byte> everyone) {
  const int count = static_cast<int>(mine.size());
  mpi_check(
      MPI_Allgather(mine.data(), count, MPI_BYTE, everyone.data(), count, MPI_BYTE, MPI_COMM_WORLD),
      "all-gather");
}

void MpiCommunicator::broadcast(std::span<std::byte> bytes, int root) {
  in_pieces(static_cast<std::int64_t>(bytes.size()), largest_message_,
            [&](std::int64_t begin, int count) {
              mpi_check(MPI_Bcast(bytes.data() + begin, count, MPI_BYTE, root, MPI_COMM_WORLD),
                        "broadcast");
            });
}

}  // namespace rocm::dist
