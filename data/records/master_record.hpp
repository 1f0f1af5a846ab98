// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "data/records/record_layout.hpp"

namespace rocm::data {

/// Writes trajectories/attempt-001/master.h5, which shows the files of all ranks beside it as one
/// set of arrays, the sample axis in rank order. It holds no rows itself and grows with them; a
/// rank's file that is missing or shorter shows NaN (-1). For rank 0, once, before any rank makes
/// its file: HDF5 looks for them, and would open those that it finds for writing.
/// Throws Failure(kStorage).
void write_master_record(const std::filesystem::path& attempt_folder, const RecordPlan& plan);

}  // namespace rocm::data
