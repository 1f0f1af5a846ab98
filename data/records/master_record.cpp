// SPDX-License-Identifier: Apache-2.0
#include "data/records/master_record.hpp"

#include <string>
#include <vector>

#include "data/records/trajectory_record.hpp"
#include "dist/base/contract.hpp"

namespace rocm::data {

void write_master_record(const std::filesystem::path& attempt_folder, const RecordPlan& plan) {
  std::vector<HdfSource> ranks;
  for (std::int64_t rank = 0; rank < plan.world_size; ++rank) {
    const std::string name = trajectory_file_name(rank);
    expects(!std::filesystem::exists(attempt_folder / name), name + " to come after the master");
    ranks.push_back({.file = name, .length = static_cast<std::uint64_t>(plan.samples_per_rank)});
  }
  HdfWriter file(attempt_folder / "master.h5");
  lay_out_master_record(file, plan, ranks);
  file.close();
}

}  // namespace rocm::data
