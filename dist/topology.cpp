// SPDX-License-Identifier: Apache-2.0
#include "dist/topology.hpp"

#include <algorithm>
#include <cstddef>

#include <fmt/format.h>
#include <mpi.h>

#include "dist/mpi_session.hpp"

namespace rocm::dist {
namespace {

constexpr int kNameLength = MPI_MAX_PROCESSOR_NAME;
constexpr std::size_t kMostNames = 8;

void find_place_on_this_machine(Topology& topology) {
  MPI_Comm machine = MPI_COMM_NULL;
  mpi_check(MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &machine),
            "find the ranks of this machine");
  mpi_check(MPI_Comm_rank(machine, &topology.local_rank), "learn our rank on this machine");
  mpi_check(MPI_Comm_size(machine, &topology.local_size), "count the ranks of this machine");
  mpi_check(MPI_Comm_free(&machine), "release the communicator of this machine");
}

std::vector<std::string> gather_hosts(int world_size) {
  std::vector<char> mine(kNameLength, '\0');
  int length = 0;
  mpi_check(MPI_Get_processor_name(mine.data(), &length), "name this machine");
  std::vector<char> everyone(static_cast<std::size_t>(world_size) * kNameLength);
  mpi_check(MPI_Allgather(mine.data(), kNameLength, MPI_CHAR, everyone.data(), kNameLength,
                          MPI_CHAR, MPI_COMM_WORLD),
            "exchange host names");
  std::vector<std::string> hosts;
  for (auto name = everyone.begin(); name != everyone.end(); name += kNameLength)
    hosts.emplace_back(name, std::find(name, name + kNameLength, '\0'));
  return hosts;
}

}  // namespace

const std::string& Topology::host() const {
  return hosts.at(static_cast<std::size_t>(rank));
}

std::string Topology::name_of(int other_rank) const {
  return fmt::format("rank {} on {}", other_rank, hosts.at(static_cast<std::size_t>(other_rank)));
}

std::string Topology::names_of(const std::vector<int>& ranks) const {
  std::string names;
  for (std::size_t i = 0; i < std::min(ranks.size(), kMostNames); ++i)
    names += (i == 0 ? "" : ", ") + name_of(ranks[i]);
  if (ranks.size() > kMostNames) names += fmt::format(" and {} more", ranks.size() - kMostNames);
  return names;
}

Topology discover() {
  Topology topology;
  mpi_check(MPI_Comm_rank(MPI_COMM_WORLD, &topology.rank), "learn our rank");
  mpi_check(MPI_Comm_size(MPI_COMM_WORLD, &topology.world_size), "count the ranks");
  find_place_on_this_machine(topology);
  topology.hosts = gather_hosts(topology.world_size);
  return topology;
}

}  // namespace rocm::dist
