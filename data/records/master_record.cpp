// SPDX-License-Identifier: Apache-2.0
#include "data/records/master_record.hpp"

#include <vector>

#include "data/records/trajectory_record.hpp"

namespace rocm::data {

void write_master_record(const std::filesystem::path& attempt_folder, const RecordPlan& plan) {
  std::vector<HdfSource> ranks;
  for (std::int64_t rank = 0; rank < plan.world_size; ++rank) {
    ranks.push_back({.file = trajectory_file_name(rank),
                     .length = static_cast<std::uint64_t>(plan.samples_per_rank)});
  }
  HdfWriter file(attempt_folder / "master.h5");
  lay_out_master_record(file, plan, ranks);
  file.close();
}

}  // namespace rocm::data
