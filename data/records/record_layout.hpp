// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/records/hdf5_writer.hpp"

namespace rocm::data {

enum class LatentPrecision : std::uint8_t { kFp16, kFp32 };

/// What stays the same through an attempt, equal on all ranks.
struct RecordPlan {
  std::int64_t samples_per_rank = 1;  ///< per optimiser step
  std::int64_t world_size = 1;
  std::int64_t channels = 4;
  std::int64_t height = 8;          ///< of the latent [latent pixels]
  std::int64_t width = 8;           ///< of the latent [latent pixels]
  std::vector<std::string> fields;  ///< records.fields; scalars are recorded in any case
  LatentPrecision precision = LatentPrecision::kFp16;

  std::vector<double> sigma;                ///< one per transition
  std::vector<std::int64_t> timestep;       ///< one per transition
  std::vector<std::int64_t> next_timestep;  ///< one per transition
  std::vector<std::string> prompts;         ///< UTF-8
  std::vector<std::string> reward_names;    ///< as in metrics.jsonl, without "reward/"

  std::string divergence;     ///< objective.divergence
  double beta = 0.0;          ///< objective.beta
  std::string reduction;      ///< objective.reduction
  std::string configuration;  ///< the resolved configuration as TOML
};

/// Creates axes, variables, labels and attributes of a rank's own file and fills in the constants.
/// Throws Failure(kStorage).
void lay_out_rank_record(HdfWriter& file, const RecordPlan& plan, int rank);

/// The same for the file that shows all ranks as one; the sources are their files in rank order.
void lay_out_master_record(HdfWriter& file, const RecordPlan& plan,
                           const std::vector<HdfSource>& ranks);

}  // namespace rocm::data
