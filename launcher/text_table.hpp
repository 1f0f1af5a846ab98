// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace rocm::launcher {

/// A row of a table; it may end before its last columns.
using TableRow = std::vector<std::string>;

/// Columns as wide as their longest entry, two blanks apart; what comes last in a row is not
/// padded. The first row has every column.
[[nodiscard]] std::string aligned_table(const std::vector<TableRow>& rows);

}  // namespace rocm::launcher
