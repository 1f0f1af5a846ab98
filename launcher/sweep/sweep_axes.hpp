// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "launcher/config/override.hpp"
#include "launcher/config/setting.hpp"

namespace rocm::launcher {

/// One key that is swept, and its values; both know where they stand in the file.
struct SweepColumn {
  std::string key;    ///< dotted, entries of lists by number: "objective.beta", "reward.0.weight"
  std::string where;  ///< file:line:column of the key
  Setting::List values;

  /// Whether it names the rows of its zip: `label`, which is no key of the configuration.
  [[nodiscard]] bool is_label() const { return key == "label"; }
};

/// Columns that go together; a key of the Cartesian product is an axis of one column.
struct SweepAxis {
  std::vector<SweepColumn> columns;
  std::vector<std::size_t> left = {};  ///< the rows that --set leaves; empty: all

  [[nodiscard]] std::size_t length() const { return columns.front().values.size(); }

  [[nodiscard]] std::size_t num_left() const { return left.empty() ? length() : left.size(); }

  [[nodiscard]] std::size_t row_left(std::size_t i) const { return left.empty() ? i : left[i]; }
};

/// Takes [sweep] out of a file's settings. The axes are in the order of the file: the first is the
/// outermost loop, the last the innermost.
///   [sweep]            "objective.beta" = [0.1, 1.0], or nested tables: a key, an axis
///   [sweep.zip]        all of its columns are one axis
///   [[sweep.zip]]      one axis each
///   label = [...]      among the columns of a zip: what ids say of its rows
/// Throws Failure(kUsage) at file:line:column.
[[nodiscard]] std::vector<SweepAxis> take_sweep_axes(Setting::Table& settings,
                                                     const std::string& file);

/// `--set run.seed=0` leaves the rows with that value, under their ids; a key that goes alone takes
/// a new one, too. `--set sweep.run.seed=[0, 1]` gives a key another list. False if the key is not
/// swept. Throws Failure(kUsage) if no row of a zip is left.
[[nodiscard]] bool override_axes(const Override& change, std::vector<SweepAxis>& axes);

}  // namespace rocm::launcher
