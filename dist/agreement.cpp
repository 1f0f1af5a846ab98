// SPDX-License-Identifier: Apache-2.0
#include "dist/agreement.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "dist/verdict.hpp"

namespace rocm::dist {
namespace {

/// One value of a plain type from every rank, by rank.
template <class T>
std::vector<T> gather(Communicator& communicator, const T& mine) {
  std::vector<T> everyone(static_cast<std::size_t>(communicator.world_size()));
  communicator.all_gather(std::as_bytes(std::span(&mine, 1)),
                          std::as_writable_bytes(std::span(everyone)));
  return everyone;
}

using Digest = std::span<const std::byte>;

Digest digest_of(std::span<const std::byte> everyone, std::size_t size, int rank) {
  return everyone.subspan(static_cast<std::size_t>(rank) * size, size);
}

std::vector<int> ranks_unlike(std::span<const std::byte> everyone, std::size_t size, int rank) {
  const Digest mine = digest_of(everyone, size, rank);
  std::vector<int> unlike;
  for (int other = 0; std::cmp_less(other, everyone.size() / size); ++other)
    if (!std::ranges::equal(digest_of(everyone, size, other), mine)) unlike.push_back(other);
  return unlike;
}

/// The ranks whose digest is not the commonest one; of equally common ones the lowest rank's wins.
std::vector<int> minority(std::span<const std::byte> everyone, std::size_t size, int world_size) {
  std::vector<int> fewest = ranks_unlike(everyone, size, 0);
  for (int rank = 1; rank < world_size; ++rank) {
    std::vector<int> unlike = ranks_unlike(everyone, size, rank);
    if (unlike.size() < fewest.size()) fewest = std::move(unlike);
  }
  return fewest;
}

[[noreturn]] void fail_together(ExitCode code, const Complaint& complaint) {
  throw SharedFailure(code, complaint.str());
}

Complaint difference(const Topology& topology, std::string_view what, const std::vector<int>& odd,
                     ExitCode code) {
  const bool corrupted = code == ExitCode::kNumerics;
  return {.where = std::string(what),
          .problem = fmt::format("not the same on all {} ranks: {} {}", topology.world_size,
                                 topology.names_of(odd), odd.size() == 1 ? "differs" : "differ"),
          .because = corrupted ? "memory or a network has changed a value, and the ranks would "
                                 "drift apart"
                               : "ranks that compute different things would train a mixture",
          .advice = corrupted ? "distrust that machine, and run again to resume from the last "
                                "checkpoint"
                              : "start every rank with the same program, configuration and files"};
}

/// What a rank tells about itself first; the text follows by broadcast.
struct Report {
  std::int32_t failed = 0;
  std::int32_t code = 0;
  std::int64_t length = 0;
};

Report report_of(const std::optional<Verdict>& verdict) {
  if (!verdict) return {};
  return {.failed = 1,
          .code = static_cast<std::int32_t>(verdict->code),
          .length = static_cast<std::int64_t>(verdict->line.size())};
}

}  // namespace

bool any_rank(Communicator& communicator, bool here) {
  const std::vector<std::byte> everyone = gather(communicator, static_cast<std::byte>(here));
  return std::ranges::any_of(everyone, [](std::byte there) { return there != std::byte{0}; });
}

std::vector<double> gather_in_rank_order(Communicator& communicator, std::span<const double> mine) {
  const std::vector<std::int64_t> sizes = gather(communicator, std::int64_t{std::ssize(mine)});
  const auto longest = static_cast<std::size_t>(std::ranges::max(sizes));
  std::vector<double> padded(mine.begin(), mine.end());
  padded.resize(longest);
  std::vector<double> everyone(longest * sizes.size());
  communicator.all_gather(std::as_bytes(std::span(padded)),
                          std::as_writable_bytes(std::span(everyone)));
  std::vector<double> values;
  for (std::size_t rank = 0; rank < sizes.size(); ++rank) {
    const auto begin = everyone.begin() + static_cast<std::ptrdiff_t>(rank * longest);
    values.insert(values.end(), begin, begin + sizes[rank]);
  }
  return values;
}

void require_same_everywhere(Communicator& communicator, const Topology& topology,
                             std::string_view what, std::span<const std::byte> digest,
                             ExitCode code) {
  expects(!digest.empty(), "a digest to compare");
  const int world_size = communicator.world_size();
  std::vector<std::byte> everyone(digest.size() * static_cast<std::size_t>(world_size));
  communicator.all_gather(digest, everyone);
  const std::vector<int> odd = minority(everyone, digest.size(), world_size);
  if (!odd.empty()) fail_together(code, difference(topology, what, odd, code));
}

void rethrow_together(Communicator& communicator, const Topology& topology,
                      const std::exception_ptr& mine) {
  const std::optional<Verdict> verdict = mine ? std::optional(judge(mine)) : std::nullopt;
  const std::vector<Report> reports = gather(communicator, report_of(verdict));
  const auto first =
      std::ranges::find_if(reports, [](const Report& report) { return report.failed != 0; });
  if (first == reports.end()) return;

  const int speaker = static_cast<int>(first - reports.begin());
  std::string text = speaker == communicator.rank() ? verdict->line : std::string();
  text.resize(static_cast<std::size_t>(first->length));
  communicator.broadcast(std::as_writable_bytes(std::span(text)), speaker);
  const bool everyone_failed =
      std::ranges::all_of(reports, [](const Report& report) { return report.failed != 0; });
  throw SharedFailure(static_cast<ExitCode>(first->code),
                      everyone_failed ? text : topology.name_of(speaker) + ": " + text);
}

}  // namespace rocm::dist
