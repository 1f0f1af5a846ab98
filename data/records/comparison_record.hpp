// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <ATen/core/Tensor.h>

#include "data/records/hdf5_writer.hpp"

namespace rocm::data {

// Shape legend: L policies, P prompts, S seeds. All tensors are float64, on the CPU.

/// A number and the ends of its confidence interval, of one shape; NaN: there is none.
struct Estimates {
  at::Tensor value;
  at::Tensor low;
  at::Tensor high;
};

/// The name of the policy without an adapter.
inline constexpr std::string_view kBaseName = "base";

/// What was measured of every picture.
struct ComparedMeasure {
  std::string name;         ///< pickscore, divergence, ...
  std::string description;  ///< one line
  at::Tensor value_LPS;
  Estimates mean_L;         ///< over prompts, seeds averaged first
  Estimates difference_LL;  ///< [i, j]: mean of policy i minus policy j, paired by prompt
};

/// A policy of the comparison: the base model, or an adapter of it.
struct ComparedPolicy {
  std::string name;       ///< unique
  std::string adapter;    ///< as it was named; empty: the base model
  std::string sha256;     ///< of the adapter's files, in the order read, with a space between them
  std::int64_t step = 0;  ///< optimiser steps; 0 of the base model, -1 unknown
};

/// Policies on the same prompts and noise: the results of `evaluate`.
struct ComparisonRecord {
  std::vector<ComparedPolicy> policies;
  std::vector<std::string> prompts;
  std::int64_t seeds = 1;
  std::vector<ComparedMeasure> measures;
  std::vector<std::pair<std::string, HdfValue>> attributes;  ///< how it was made
};

/// The number of a picture's noise: `sample`, too, draws prompt i mod P as sample i.
[[nodiscard]] constexpr std::int64_t sample_of(std::int64_t prompt, std::int64_t seed,
                                               std::int64_t num_prompts) {
  return seed * num_prompts + prompt;
}

/// Writes one HDF5 file (docs/formats.md), complete or not at all; the same bytes for the same
/// record. Throws Failure(kStorage).
void write_comparison_record(const std::filesystem::path& path, const ComparisonRecord& record);

}  // namespace rocm::data
