// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "data/records/comparison_record.hpp"

namespace rocm::launcher {

/// For people: a line for each measure and policy, with the mean, the difference to the base model
/// and the interval of each.
[[nodiscard]] std::string comparison_table(const data::ComparisonRecord& record);

/// The same as JSON lines: policy, training_step, measure, mean, low, high, difference,
/// difference_low, difference_high; what does not exist is null.
[[nodiscard]] std::string comparison_lines(const data::ComparisonRecord& record);

}  // namespace rocm::launcher
