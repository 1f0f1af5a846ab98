// SPDX-License-Identifier: Apache-2.0
#include "data/run/run_log.hpp"

#include "data/posix_file.hpp"
#include "data/whole_file.hpp"

namespace rocm::data {
namespace {

constexpr std::size_t kLongestText_B = std::size_t{1} << 30;

/// "2026-01-31T12:00:00.000 info DONE": DONE. A line that continues another one stays.
std::string message_of_line(const std::string& line) {
  const bool stamped = line.size() > 10 && line[4] == '-' && line[10] == 'T';
  const std::size_t level = line.find(' ');
  const std::size_t end = level == std::string::npos ? level : line.find(' ', level + 1);
  return stamped && end != std::string::npos ? line.substr(end + 1) : line;
}

}  // namespace

std::vector<std::string> complete_lines(const std::filesystem::path& path) {
  std::vector<std::string> lines;
  if (!is_file(path)) return lines;
  const std::string text = read_whole_file(path, kLongestText_B);
  std::size_t begin = 0;
  for (auto end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

std::vector<std::string> log_messages(const std::filesystem::path& path) {
  std::vector<std::string> messages;
  for (const std::string& line : complete_lines(path)) messages.push_back(message_of_line(line));
  return messages;
}

bool is_finished(const RunFolder& run) {
  if (!is_file(run.result())) return false;
  const std::vector<std::string> messages = log_messages(run.log(0));
  return messages.empty() || messages.back() == "DONE";
}

}  // namespace rocm::data
