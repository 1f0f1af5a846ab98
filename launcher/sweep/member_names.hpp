// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "launcher/sweep/sweep_axes.hpp"

namespace rocm::launcher {

/// A swept key with the part of a member's id that each of its values makes: "b0.1".
struct NamedColumn {
  const SweepColumn* column;       ///< of the axes
  std::size_t axis;                ///< number of the axis that it belongs to
  std::vector<std::string> names;  ///< one per value; empty: a label speaks for it
};

/// All columns, in the order in which ids mention them: method, divergence, beta, rewards, the
/// other keys by name, the seed. It does not depend on the order of the file.
///
/// Well-known keys have short forms (kl, b0.1, s0, lr0.001, bs16, n8); the others begin with the
/// last part of the key, or with all of it where two would begin alike; words follow an underscore:
/// rank8, schedule_cosine. A zip's label comes first and speaks for the zip's other columns, whose
/// names are empty. A value whose name an earlier value of the list has gets a dot and six
/// digits of its SHA-256, so that values added at the end rename nothing.
[[nodiscard]] std::vector<NamedColumn> named_columns(const std::vector<SweepAxis>& axes);

}  // namespace rocm::launcher
