// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace rocm::launcher {

/// "0.1.0".
[[nodiscard]] std::string_view release();

/// What `git describe` said when this program was built, "-dirty" when it was built from changed
/// sources; "unknown" outside a repository.
[[nodiscard]] std::string_view git_revision();

}  // namespace rocm::launcher
