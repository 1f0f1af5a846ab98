// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "data/run/scoped_folder.hpp"
#include "dist/communicator.hpp"
#include "dist/topology.hpp"
#include "launcher/file_places.hpp"

namespace rocm::launcher {

struct StagingOptions {
  std::size_t piece_bytes = std::size_t{64} << 20;  ///< that travel at a time, and are buffered
  /// The folder in which a host's copies are put, below a private folder of their own. Default:
  /// $TMPDIR, else /dev/shm or /tmp, whichever has room first.
  std::optional<std::filesystem::path> place;
};

/// Files that rank 0 alone reads, sent to all hosts (names in Topology::hosts) but its own. There
/// the first rank writes them below a private folder, and all ranks of the host open those copies,
/// whose pages they share. The rank that wrote them removes them when its Staging ends; what is
/// mapped stays valid, and memory-backed copies that nobody maps give their memory back.
class Staging {
 public:
  /// Collective; `files` are rank 0's. Every rank throws the same SharedFailure if one of them
  /// cannot be read (kInput) or stored (kStorage).
  Staging(dist::Communicator& communicator, const dist::Topology& topology,
          const std::vector<std::filesystem::path>& files, const StagingOptions& options = {});

  Staging(const Staging&) = delete;  // one owner removes the copies
  Staging& operator=(const Staging&) = delete;

  /// The originals on rank 0's host.
  [[nodiscard]] const FilePlaces& places() const { return places_; }

 private:
  std::optional<data::ScopedFolder> copies_;  ///< on a rank that wrote some
  FilePlaces places_;
};

}  // namespace rocm::launcher
