// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "data/pickled/value.hpp"

namespace rocm::data::pickled {

/// What a program built. The values live as long as the Pickle and view the program's bytes.
struct Pickle {
  std::deque<Value> values;  ///< a container may hold itself: one owner for all of them
  Value* root = nullptr;

  /// Objects that were not built: how many of each class.
  std::map<std::pair<std::string_view, std::string_view>, std::int64_t> foreign;
};

/// Runs a pickle program (protocols 0 to 5) without ever executing anything that it names: classes
/// other than plain containers and torch's tensors become Opaque, and what is done to those is
/// ignored. Time and memory are linear in the program's size. Source: Python's pickletools.
/// Throws Failure(kInput), `where` in front.
[[nodiscard]] Pickle run_pickle(std::string_view program, const std::string& where);

}  // namespace rocm::data::pickled
