// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string_view>

namespace rocm {

/// Lines for people. Standard error gets what rank 0 says and every warning; the log file of a
/// run gets everything of its rank. Standard output is for results and is never touched here.
class Log {
 public:
  /// Names this process in its lines; call once the rank is known.
  static void set_rank(int rank, int world_size);
  /// Also appends to `path` (log/rank-0000.log). Throws Failure(kStorage) if it cannot be opened.
  static void open_file(const std::filesystem::path& path);

  static void info(std::string_view line);   ///< rank 0 only
  static void warn(std::string_view line);   ///< any rank: we did something else than was asked
  static void error(std::string_view line);  ///< any rank: the last line of a failed job
  static void note(std::string_view line);   ///< to the log file only
  /// Replaces the progress bar on the terminal; the next line starts below it.
  static void redraw(std::string_view bar);

  /// Shows `line` at the bottom of the terminal until the next line or status replaces it. Rank 0
  /// only, and only for a terminal: a file would keep every version.
  static void status(std::string_view line);
};

}  // namespace rocm
