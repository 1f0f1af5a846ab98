// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <exception>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "dist/base/contract.hpp"
#include "dist/communicator.hpp"
#include "dist/topology.hpp"

namespace rocm::dist {

/// A failure that every rank of the job throws together, with the same text: rank 0 prints it for
/// all, and the job can end in good order because nobody is left waiting.
class SharedFailure final : public Failure {
 public:
  using Failure::Failure;
};

// All of these are collective.

/// Is it so on any rank?
[[nodiscard]] bool any_rank(Communicator& communicator, bool here);

/// Every rank's values, one rank after the other; ranks may bring different numbers of them. What
/// is summed in this order gives the same digits on any number of ranks.
[[nodiscard]] std::vector<double> gather_in_rank_order(Communicator& communicator,
                                                       std::span<const double> mine);

/// Throws SharedFailure(code) unless `digest`, of one length everywhere, has the same bytes on all
/// ranks. The text names the ranks in the minority and their hosts; of two equal camps the one
/// without rank 0. `what` names the thing: "configuration", "parameters after step 50".
void require_same_everywhere(Communicator& communicator, const Topology& topology,
                             std::string_view what, std::span<const std::byte> digest,
                             ExitCode code);

/// Returns if `mine` is null on every rank. Otherwise all ranks throw SharedFailure with the code
/// and text of the lowest rank that failed, named with its host unless all of them failed. For
/// work that ranks do on their own (reading files) just before they meet.
void rethrow_together(Communicator& communicator, const Topology& topology,
                      const std::exception_ptr& mine);

/// Runs `work` on every rank and returns what it made here. If it fails anywhere, all ranks throw
/// as rethrow_together() does, so that one line tells of it and nobody is left waiting.
template <class Work>
auto together(Communicator& communicator, const Topology& topology, Work work) {
  using Result = decltype(work());
  std::exception_ptr problem;
  std::optional<std::conditional_t<std::is_void_v<Result>, std::monostate, Result>> result;
  try {
    if constexpr (std::is_void_v<Result>)
      work();
    else
      result.emplace(work());
  } catch (...) {  // carried to all ranks, and thrown there
    problem = std::current_exception();
  }
  rethrow_together(communicator, topology, problem);
  if constexpr (!std::is_void_v<Result>) return Result(std::move(*result));
}

}  // namespace rocm::dist
