// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace rocm::dist {

/// Where this process stands among its peers. The defaults describe a process that is alone.
struct Topology {
  int rank = 0;
  int world_size = 1;
  int local_rank = 0;  ///< among the ranks of this machine: which GPU is ours
  int local_size = 1;
  std::vector<std::string> hosts = {"localhost"};  ///< one name per rank

  [[nodiscard]] const std::string& host() const;
  /// "rank 2 on node7": how every message names a rank.
  [[nodiscard]] std::string name_of(int other_rank) const;
  /// "rank 2 on node7, rank 5 on node9 and 3 more"
  [[nodiscard]] std::string names_of(const std::vector<int>& ranks) const;
};

/// Asks MPI, not the environment: launchers disagree about variables. Collective; needs a live
/// MpiSession.
[[nodiscard]] Topology discover();

}  // namespace rocm::dist
