// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace rocm::launcher {

/// Writes a verb's result to standard output, which carries nothing else. Throws Failure(kStorage)
/// if it cannot be written, to a full disk say: a result that is cut short must not look whole.
void print_result(std::string_view text);

}  // namespace rocm::launcher
