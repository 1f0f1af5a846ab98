// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace rocm::data {

/// One record of a .csv or .tsv file.
struct DelimitedRow {
  std::size_t line = 0;  ///< where it begins, from 1
  std::vector<std::string> fields;
};

/// The records of RFC 4180 text with any separator: a field in quotes may hold the separator, line
/// ends and doubled quotes; elsewhere a quote is a character like any other. LF and CR LF end a
/// record; empty lines are skipped. Throws Failure(kInput) with `where:line` when a quote is not
/// closed or is followed by something else than the field's end.
[[nodiscard]] std::vector<DelimitedRow> parse_delimited(std::string_view text, char separator,
                                                        const std::string& where);

/// `text` as one field of comma-separated text, in quotes where RFC 4180 asks for them.
[[nodiscard]] std::string csv_field(std::string_view text);

}  // namespace rocm::data
