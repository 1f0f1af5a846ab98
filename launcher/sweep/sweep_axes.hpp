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

  [[nodiscard]] std::size_t length() const { return columns.front().values.size(); }
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

/// Gives a swept key other values: `--set run.seed=0` leaves it that one (runs keep their ids),
/// `--set sweep.run.seed=[0, 1]` a list. False if the key is not swept.
[[nodiscard]] bool override_axes(const Override& change, std::vector<SweepAxis>& axes);

}  // namespace rocm::launcher
