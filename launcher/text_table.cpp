// SPDX-License-Identifier: Apache-2.0
#include "launcher/text_table.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace rocm::launcher {

std::string aligned_table(const std::vector<TableRow>& rows) {
  std::vector<std::size_t> widths(rows.front().size(), 0);
  for (const TableRow& row : rows)
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], row[c].size());
  std::string text;
  for (const TableRow& row : rows) {
    for (std::size_t c = 0; c < row.size(); ++c)
      text += fmt::format("{:<{}}", row[c], c + 1 < row.size() ? widths[c] + 2 : 0);
    text += '\n';
  }
  return text;
}

}  // namespace rocm::launcher
