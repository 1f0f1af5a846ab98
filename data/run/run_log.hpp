// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "data/run/run_folder.hpp"

namespace rocm::data {

/// The lines of a text file that end; what a killed writer left unfinished is dropped. None if
/// there is no such file. Throws Failure(kInput).
[[nodiscard]] std::vector<std::string> complete_lines(const std::filesystem::path& path);

/// The same of log/rank-0000.log, without time and level: the last is "DONE", "FAILED", or what the
/// run did last.
[[nodiscard]] std::vector<std::string> log_messages(const std::filesystem::path& path);

/// Whether the run has ended: its result is there, and no attempt to go on has begun since. A
/// result without a log (copied alone) counts.
[[nodiscard]] bool is_finished(const RunFolder& run);

}  // namespace rocm::data
