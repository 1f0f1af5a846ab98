// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <ATen/core/Tensor.h>

#include "data/records/comparison_record.hpp"
#include "launcher/bootstrap.hpp"

namespace rocm::launcher {

/// What `value_LPS` (policy, prompt, seed; float64, on the CPU) says of each policy and of each
/// pair of policies. A prompt counts once, by the mean over its seeds. Intervals are the
/// bootstrap's over prompts, the same prompts for all policies, so that in a difference the part
/// falls out that prompts have in common; a single prompt has none (NaN). Not collective.
[[nodiscard]] data::ComparedMeasure compared(const std::string& name,
                                             const std::string& description,
                                             const at::Tensor& value_LPS,
                                             const Bootstrap& bootstrap);

}  // namespace rocm::launcher
