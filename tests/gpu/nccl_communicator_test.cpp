// SPDX-License-Identifier: Apache-2.0
#include "dist/nccl_communicator.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <ATen/ops/full.h>
#include <ATen/ops/rand.h>

#include "dist/base/contract.hpp"
#include "dist/gradient_sum.hpp"
#include "dist/solo_communicator.hpp"
#include "tests/gpu/needs_gpu.hpp"

namespace rocm::dist {
namespace {

using NcclCommunicator = test::NeedsGpu;

at::TensorOptions on_gpu(at::ScalarType type) {
  return at::TensorOptions().device(at::kCUDA, 0).dtype(type);
}

/// Rank 0 of two, whose peer never comes.
class Lonely final : public Communicator {
 public:
  [[nodiscard]] int rank() const override { return 0; }

  [[nodiscard]] int world_size() const override { return 2; }

  void all_reduce(at::Tensor& /*values*/, Reduction /*reduction*/) override {}

  void all_gather(std::span<const std::byte> /*mine*/, std::span<std::byte> /*all*/) override {}

  void broadcast(std::span<std::byte> /*bytes*/, int /*root*/) override {}
};

TEST_F(NcclCommunicator, AloneAddsIntegersExactly) {
  SoloCommunicator host;
  const auto nccl = open_nccl_communicator(host, 0);
  const std::int64_t large = (std::int64_t{1} << 60) + 1;  // no double holds it
  at::Tensor values = at::full({1000}, large, on_gpu(at::kLong));
  nccl->all_reduce(values, Reduction::kSum);
  EXPECT_TRUE(values.eq(large).all().item<bool>());
}

TEST_F(NcclCommunicator, AloneReducesFloatsOfBothSizes) {
  SoloCommunicator host;
  const auto nccl = open_nccl_communicator(host, 0);
  for (const auto type : {at::kFloat, at::kDouble}) {
    for (const Reduction reduction : {Reduction::kSum, Reduction::kMax}) {
      at::Tensor values = at::full({1000}, 0.1, on_gpu(type));
      const at::Tensor before = values.clone();
      nccl->all_reduce(values, reduction);
      EXPECT_TRUE(values.equal(before)) << at::toString(type);
    }
  }
}

TEST_F(NcclCommunicator, ReducesWhatTheCurrentStreamIsStillWriting) {
  SoloCommunicator host;
  const auto nccl = open_nccl_communicator(host, 0);
  at::Tensor values = at::full({1 << 24}, std::int64_t{1}, on_gpu(at::kLong));
  for (int i = 0; i < 20; ++i) values.add_(values);  // queued, and not done yet below
  nccl->all_reduce(values, Reduction::kSum);
  EXPECT_TRUE(values.eq(std::int64_t{1} << 20).all().item<bool>());
}

TEST_F(NcclCommunicator, BroadcastsAndGathersThroughTheHost) {
  SoloCommunicator host;
  const auto nccl = open_nccl_communicator(host, 0);
  std::array<std::int64_t, 2> numbers{3, 4};
  nccl->broadcast(std::as_writable_bytes(std::span(numbers)), 0);
  std::array<std::int64_t, 2> everyone{};
  nccl->all_gather(std::as_bytes(std::span(numbers)), std::as_writable_bytes(std::span(everyone)));
  EXPECT_EQ(everyone, (std::array<std::int64_t, 2>{3, 4}));
  EXPECT_EQ(nccl->rank(), 0);
  EXPECT_EQ(nccl->world_size(), 1);
}

TEST_F(NcclCommunicator, SumsGradientsToTheSameBitsAsTheCpu) {
  SoloCommunicator host;
  const auto nccl = open_nccl_communicator(host, 0);
  const std::vector<at::Tensor> here{at::rand({1000}).sub(0.5), at::rand({1000}).sub(0.5)};
  const std::vector<at::Tensor> there{here[0].to(at::kCUDA), here[1].to(at::kCUDA)};
  const auto sum = sum_reproducibly(there, 2, *nccl);
  ASSERT_TRUE(sum.has_value());
  EXPECT_TRUE(sum->cpu().equal(*sum_reproducibly(here, 2, host)));
}

TEST_F(NcclCommunicator, GivesUpOnAPeerThatNeverComesAndUnwindsAtOnce) {
  Lonely host;
  const auto begin = std::chrono::steady_clock::now();
  try {
    const auto nccl = open_nccl_communicator(host, 0, /*timeout_s=*/1.0);
    FAIL() << "connected to nobody";
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.code(), ExitCode::kPeerLost);
    EXPECT_NE(std::string(failure.what()).find("not connected after 1 s"), std::string::npos)
        << failure.what();
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
}

TEST_F(NcclCommunicator, OpensAgainAfterAnAbort) {
  Lonely lonely;
  EXPECT_THROW(static_cast<void>(open_nccl_communicator(lonely, 0, /*timeout_s=*/0.5)), Failure);
  SoloCommunicator host;
  const auto nccl = open_nccl_communicator(host, 0);
  at::Tensor values = at::full({8}, 2.5, on_gpu(at::kFloat));
  nccl->all_reduce(values, Reduction::kSum);
  EXPECT_TRUE(values.eq(2.5).all().item<bool>());
}

/// Holds on a machine without a GPU as well. A single GPU may have been picked by the scheduler.
TEST(GpuOf, RefusesAGpuThatIsNotThere) {
  try {
    EXPECT_EQ(gpu_of(10'000), 0);
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.code(), ExitCode::kUsage);
    EXPECT_NE(std::string(failure.what()).find("model.device"), std::string::npos);
  }
}

}  // namespace
}  // namespace rocm::dist
