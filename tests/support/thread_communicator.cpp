// SPDX-License-Identifier: Apache-2.0
#include "tests/support/thread_communicator.hpp"

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <ATen/core/Tensor.h>
#include <ATen/ops/maximum.h>

namespace rocm::test {
namespace {

/// Thrown in the ranks that wait for one that will not come.
class PeerGone final : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What a rank brings to a collective. Peers read it between the two meetings of that collective.
struct Offer {
  std::string verb;
  std::uint64_t size = 0;
  const at::Tensor* tensor = nullptr;
  std::span<const std::byte> bytes;
};

/// Where the ranks meet: a barrier that notices when somebody is gone.
class Meeting {
 public:
  explicit Meeting(int world_size) : world_size_(world_size), offers_(ranks(world_size)) {}

  /// Waits until every rank has offered, then shows all offers.
  const std::vector<Offer>& exchange(int rank, Offer offer) {
    {
      const std::scoped_lock lock(mutex_);
      offers_[ranks(rank)] = std::move(offer);
    }
    wait_for_everyone();
    for (const Offer& other : offers_) expect_same(offers_[ranks(rank)], other);
    return offers_;
  }

  void wait_for_everyone() {
    std::unique_lock lock(mutex_);
    const std::int64_t meeting = meetings_;
    if (++arrived_ == world_size_) {
      arrived_ = 0;
      ++meetings_;
      changed_.notify_all();
    }
    changed_.wait(lock, [&] { return meetings_ != meeting || someone_left_; });
    if (meetings_ == meeting) throw PeerGone("a rank left while others waited for it");
  }

  void leave() {
    const std::scoped_lock lock(mutex_);
    someone_left_ = true;
    changed_.notify_all();
  }

 private:
  static std::size_t ranks(int count) { return static_cast<std::size_t>(count); }

  static void expect_same(const Offer& mine, const Offer& other) {
    if (mine.verb == other.verb && mine.size == other.size) return;
    throw std::logic_error("ranks call different collectives: " + mine.verb + " of " +
                           std::to_string(mine.size) + ", " + other.verb + " of " +
                           std::to_string(other.size));
  }

  const int world_size_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Offer> offers_;
  int arrived_ = 0;
  std::int64_t meetings_ = 0;
  bool someone_left_ = false;
};

class ThreadCommunicator final : public dist::Communicator {
 public:
  ThreadCommunicator(Meeting& meeting, int rank, int world_size)
      : meeting_(meeting), rank_(rank), world_size_(world_size) {}

  [[nodiscard]] int rank() const override { return rank_; }

  [[nodiscard]] int world_size() const override { return world_size_; }

  void all_reduce(at::Tensor& values, dist::Reduction reduction) override {
    const bool sum = reduction == dist::Reduction::kSum;
    const auto& offers =
        meeting_.exchange(rank_, {.verb = sum ? "sum" : "max",
                                  .size = static_cast<std::uint64_t>(values.numel()),
                                  .tensor = &values});
    at::Tensor result = offers.front().tensor->clone();
    for (std::size_t rank = 1; rank < offers.size(); ++rank)
      result = sum ? result.add(*offers[rank].tensor) : at::maximum(result, *offers[rank].tensor);
    meeting_.wait_for_everyone();
    values.copy_(result);
  }

  void all_gather(std::span<const std::byte> mine, std::span<std::byte> everyone) override {
    if (everyone.size() != mine.size() * static_cast<std::size_t>(world_size_))
      throw std::logic_error("all_gather needs room for exactly every rank's bytes");
    const auto& offers =
        meeting_.exchange(rank_, {.verb = "all_gather", .size = mine.size(), .bytes = mine});
    auto place = everyone.begin();
    for (const Offer& offer : offers) place = std::ranges::copy(offer.bytes, place).out;
    meeting_.wait_for_everyone();
  }

  void broadcast(std::span<std::byte> bytes, int root) override {
    const auto& offers = meeting_.exchange(
        rank_,
        {.verb = "broadcast from " + std::to_string(root), .size = bytes.size(), .bytes = bytes});
    const Offer& source = offers.at(static_cast<std::size_t>(root));
    if (rank_ != root) std::ranges::copy(source.bytes, bytes.begin());
    meeting_.wait_for_everyone();
  }

 private:
  Meeting& meeting_;
  int rank_;
  int world_size_;
};

bool is_peer_gone(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const PeerGone&) {
    return true;
  } catch (...) {
    return false;
  }
}

/// The lowest rank's own reason; else that somebody left.
void rethrow_the_cause(const std::vector<std::exception_ptr>& thrown) {
  std::exception_ptr cause;
  for (const std::exception_ptr& one : thrown)
    if (one && (!cause || (is_peer_gone(cause) && !is_peer_gone(one)))) cause = one;
  if (cause) std::rethrow_exception(cause);
}

}  // namespace

void run_ranks(int world_size, const std::function<void(dist::Communicator&)>& body) {
  Meeting meeting(world_size);
  std::vector<std::exception_ptr> thrown(static_cast<std::size_t>(world_size));
  {
    std::vector<std::jthread> threads;
    for (int rank = 0; rank < world_size; ++rank)
      threads.emplace_back([&, rank] {
        ThreadCommunicator self(meeting, rank, world_size);
        try {
          body(self);
        } catch (...) {
          thrown[static_cast<std::size_t>(rank)] = std::current_exception();
        }
        meeting.leave();
      });
  }
  rethrow_the_cause(thrown);
}

dist::Topology make_topology(int rank, int world_size) {
  dist::Topology topology{
      .rank = rank, .world_size = world_size, .local_rank = rank % 2, .local_size = 2, .hosts = {}};
  for (int other = 0; other < world_size; ++other)
    topology.hosts.push_back("node" + std::to_string(other / 2));
  return topology;
}

}  // namespace rocm::test
