// SPDX-License-Identifier: Apache-2.0
#include "dist/watchdog.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <latch>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>
#include <ATen/ops/full.h>
#include <gtest/gtest.h>

#include "dist/base/contract.hpp"
#include "dist/watched_communicator.hpp"
#include "tests/support/thread_communicator.hpp"

namespace rocm::dist {
namespace {

using namespace std::chrono_literals;
using test::make_topology;

/// Lines that watchdogs have said, and a way to wait for them.
class Lines {
 public:
  void add(std::string_view line) {
    const std::scoped_lock lock(mutex_);
    lines_.emplace_back(line);
    changed_.notify_all();
  }

  std::vector<std::string> wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, 20s, [&] { return lines_.size() >= count; });
    return lines_;
  }

  std::vector<std::string> so_far() { return wait_for(0); }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> lines_;
};

/// The answers of every rank of a job that runs as threads.
struct Answers {
  explicit Answers(int world_size) : last(static_cast<std::size_t>(world_size)) {}

  std::mutex mutex;
  std::vector<std::int64_t> last;
};

class SharedRollCall final : public RollCall {
 public:
  SharedRollCall(Answers& answers, int rank) : answers_(answers), rank_(rank) {}

  void answer(std::int64_t collective) override {
    const std::scoped_lock lock(answers_.mutex);
    answers_.last[static_cast<std::size_t>(rank_)] = collective;
  }

  std::vector<int> missing(std::int64_t collective) override {
    const std::scoped_lock lock(answers_.mutex);
    std::vector<int> ranks;
    for (int rank = 0; rank < static_cast<int>(answers_.last.size()); ++rank)
      if (rank != rank_ && answers_.last[static_cast<std::size_t>(rank)] < collective)
        ranks.push_back(rank);
    return ranks;
  }

 private:
  Answers& answers_;
  int rank_;
};

/// One job of `world_size` ranks whose watchdogs speak into `delays` and `timeouts`.
struct Job {
  explicit Job(int ranks) : world_size(ranks), answers(ranks) {}

  std::unique_ptr<Watchdog> watchdog_of(int rank, double timeout_s) {
    WatchdogOptions options{.timeout_s = timeout_s};
    options.roll_call = std::make_unique<SharedRollCall>(answers, rank);
    options.on_delay = [this](std::string_view line) { delays.add(line); };
    options.on_timeout = [this](std::string_view line) { timeouts.add(line); };
    return std::make_unique<Watchdog>(make_topology(rank, world_size), std::move(options));
  }

  int world_size;
  Answers answers;
  Lines delays;
  Lines timeouts;
};

TEST(Watchdog, SaysNothingWhileCollectivesReturn) {
  Job job(2);
  {
    const auto watchdog = job.watchdog_of(0, 60.0);
    for (int i = 0; i < 100; ++i) const auto watch = watchdog->watch("all-reduce");
  }
  EXPECT_TRUE(job.delays.so_far().empty());
  EXPECT_TRUE(job.timeouts.so_far().empty());
}

TEST(Watchdog, NamesStepCollectiveAndTheRankThatDidNotCome) {
  Job job(4);
  const auto watchdog = job.watchdog_of(0, 0.1);
  job.answers.last = {0, 1, 1, 0};  // ranks 1 and 2 wait as we do
  watchdog->set_step(12);
  const auto watch = watchdog->watch("all-reduce of 512 values");
  EXPECT_EQ(job.timeouts.wait_for(1),
            std::vector<std::string>{
                "step 12, all-reduce of 512 values: rank 0 on node0 waited 0.1 s in vain for rank "
                "3 on node1 (a rank that is lost or stuck holds up all others). look at that "
                "rank's log and machine, or raise dist.timeout_s; run again to resume."});
}

TEST(Watchdog, WarnsOnceBeforeItGivesUp) {
  Job job(2);
  const auto watchdog = job.watchdog_of(0, 0.1);
  const auto watch = watchdog->watch("broadcast");
  static_cast<void>(job.timeouts.wait_for(1));
  EXPECT_EQ(job.delays.so_far(),
            std::vector<std::string>{"before the first step, broadcast: rank 0 on node0 has waited "
                                     "0.05 s for rank 1 on node0"});
}

TEST(Watchdog, TimesEveryCollectiveOnItsOwn) {
  Job job(2);
  const auto watchdog = job.watchdog_of(0, 0.1);
  { const auto watch = watchdog->watch("the first"); }
  const auto watch = watchdog->watch("the second");
  const auto lines = job.timeouts.wait_for(1);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_NE(lines.front().find("the second"), std::string::npos) << lines.front();
}

TEST(Watchdog, WithoutATimeoutWarnsAndWaits) {
  Answers answers(2);
  Lines delays;
  Lines timeouts;
  WatchdogOptions options{.timeout_s = 0.0, .warning_s = 0.02};
  options.roll_call = std::make_unique<SharedRollCall>(answers, 0);
  options.on_delay = [&](std::string_view line) { delays.add(line); };
  options.on_timeout = [&](std::string_view line) { timeouts.add(line); };
  {
    Watchdog watchdog(make_topology(0, 2), std::move(options));
    const auto watch = watchdog.watch("all-gather");
    EXPECT_EQ(delays.wait_for(1).size(), 1U);
  }
  EXPECT_TRUE(timeouts.so_far().empty());
}

TEST(Watchdog, LetsTheLowestWaitingRankSpeakForAll) {
  Job job(4);
  const auto first = job.watchdog_of(1, 0.8);
  const auto second = job.watchdog_of(3, 0.8);
  const auto watch_first = first->watch("all-reduce");
  const auto watch_second = second->watch("all-reduce");
  const auto lines = job.timeouts.wait_for(1);
  ASSERT_FALSE(lines.empty());
  EXPECT_NE(lines.front().find("rank 1 on node0 waited 0.8 s in vain for rank 0 on node0, rank 2"),
            std::string::npos)
      << lines.front();
  EXPECT_EQ(job.delays.so_far().size(), 1U);
}

TEST(Watchdog, AHigherRankSpeaksWhenTheLowestDoesNot) {
  Job job(2);
  job.answers.last = {1, 0};  // rank 0 waits as well, but its watchdog is dead
  const auto watchdog = job.watchdog_of(1, 0.1);
  const auto watch = watchdog->watch("all-reduce");
  EXPECT_EQ(job.timeouts.wait_for(1).size(), 1U);
}

TEST(Watchdog, BlamesTheNetworkWhenEveryRankHasCome) {
  Job job(2);
  job.answers.last = {0, 1};
  const auto watchdog = job.watchdog_of(0, 0.1);
  const auto watch = watchdog->watch("all-reduce");
  const auto lines = job.timeouts.wait_for(1);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_NE(lines.front().find("the network"), std::string::npos) << lines.front();
}

TEST(Watchdog, RefusesTwoCollectivesAtOnce) {
  Job job(1);
  const auto watchdog = job.watchdog_of(0, 60.0);
  const auto watch = watchdog->watch("all-reduce");
  EXPECT_THROW(static_cast<void>(watchdog->watch("broadcast")), ContractViolation);
}

TEST(WatchedCommunicator, EndsAWaitForARankThatDoesNotEnterTheCollective) {
  Job job(3);
  test::run_ranks(3, [&](Communicator& inner) {
    const auto watchdog = job.watchdog_of(inner.rank(), 0.4);
    WatchedCommunicator communicator(inner, *watchdog);
    watchdog->set_step(5);
    if (inner.rank() == 2) static_cast<void>(job.timeouts.wait_for(1));
    at::Tensor values = at::full({7}, 1, at::kLong);
    communicator.all_reduce(values, Reduction::kSum);
  });
  const std::string line = job.timeouts.so_far().front();
  EXPECT_NE(line.find("step 5, all-reduce of 7 values: "), std::string::npos) << line;
  EXPECT_NE(line.find("in vain for rank 2 on node1 ("), std::string::npos) << line;
}

TEST(WatchedCommunicator, GivesWhatTheInnerOneGives) {
  Job job(3);
  test::run_ranks(3, [&](Communicator& inner) {
    const auto watchdog = job.watchdog_of(inner.rank(), 60.0);
    WatchedCommunicator communicator(inner, *watchdog);
    at::Tensor values = at::full({1}, 1 + communicator.rank(), at::kLong);
    communicator.all_reduce(values, Reduction::kSum);
    std::int64_t value = values.item<std::int64_t>() + communicator.rank();
    communicator.broadcast(std::as_writable_bytes(std::span(&value, 1)), 2);
    std::vector<std::int64_t> everyone(3);
    communicator.all_gather(std::as_bytes(std::span(&value, 1)),
                            std::as_writable_bytes(std::span(everyone)));
    EXPECT_EQ(everyone, (std::vector<std::int64_t>{8, 8, 8}));
  });
}

}  // namespace
}  // namespace rocm::dist
