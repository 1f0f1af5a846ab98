// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include <ATen/core/Tensor.h>

#include "data/records/hdf5_writer.hpp"
#include "data/records/record_layout.hpp"

namespace rocm::data {

// Shape legend: S samples of this rank in sample order, N transitions, C channels, H x W latent
// pixels.

/// What one rank records of one optimiser step. An undefined tensor becomes NaN; latents that the
/// plan does not name may be left undefined at no cost. Any device and floating type.
struct TrajectoryStep {
  std::int64_t step = 0;                               ///< optimiser step, from 1
  at::Tensor sample_id_S;                              ///< int64
  at::Tensor prompt_id_S;                              ///< int64
  at::Tensor reward_S;                                 ///< all rewards in one
  std::map<std::string, at::Tensor> reward_by_name_S;  ///< raw, by the plan's reward names
  at::Tensor divergence_SN;
  at::Tensor delta_SN;
  at::Tensor active_fraction_SN;
  at::Tensor mean_SNCHW;
  at::Tensor reference_mean_SNCHW;
  at::Tensor state_SNCHW;
};

/// One rank's trajectory file of one attempt: trajectories/attempt-001/rank-0000.h5. Other
/// processes may read it while it grows (SWMR); `step` grows after everything else, so that a
/// reader who takes the length of `step` first finds whole rows. Not collective.
///
/// A killed writer loses at most the step being written. Throws Failure(kStorage).
class TrajectoryRecord {
 public:
  TrajectoryRecord(std::filesystem::path path, const RecordPlan& plan, int rank);

  /// Steps grow. Visible to readers when it returns.
  void append(const TrajectoryStep& step);

  /// What was appended is on the disk when it returns: call it before a checkpoint, which makes
  /// sure that these steps are never computed again.
  void sync();

  /// A clean end: from now on the file opens without SWMR, too. The destructor does the same but
  /// cannot say that it failed.
  void finish();

 private:
  HdfWriter file_;
  RecordPlan plan_;
  std::int64_t last_step_ = 0;
};

/// rank-0000.h5
[[nodiscard]] std::string trajectory_file_name(std::int64_t rank);

}  // namespace rocm::data
