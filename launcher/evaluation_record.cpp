// SPDX-License-Identifier: Apache-2.0
#include "launcher/evaluation_record.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "data/atomic_file.hpp"
#include "data/whole_file.hpp"
#include "launcher/gallery.hpp"

namespace rocm::launcher {
namespace {

constexpr std::size_t kLargestFile_B = std::size_t{1} << 30;
constexpr std::int64_t kPairsInARow = 4;
constexpr std::int64_t kLargestGrid = 32;  // pictures of each model

std::string evaluation_line(const EvaluationReport& report) {
  nlohmann::ordered_json line{{"step", report.step},
                              {"images", report.images},
                              {"divergence", report.divergence},
                              {"divergence_kind", name_of(report.divergence_kind)}};
  for (const ScoreComparison& score : report.scores)
    line[score.name] = {{"base", score.base},
                        {"policy", score.policy},
                        {"difference", score.policy - score.base},
                        {"standard_error", score.standard_error}};
  return line.dump() + "\n";
}

/// The whole lines of steps up to `last_step`.
std::string kept_lines(const std::string& text, std::int64_t last_step) {
  std::string kept;
  std::size_t begin = 0;
  for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
    const std::string line = text.substr(begin, end + 1 - begin);
    const auto json = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (json.is_object() && json.value("step", last_step + 1) <= last_step) kept += line;
    begin = end + 1;
  }
  return kept;
}

std::string existing_text(const std::filesystem::path& path) {
  return std::filesystem::exists(path) ? data::read_whole_file(path, kLargestFile_B)
                                       : std::string();
}

}  // namespace

std::filesystem::path evaluations_of(const data::RunFolder& folder) {
  return folder.path() / "evaluation.jsonl";
}

void append_evaluation(const data::RunFolder& folder, const EvaluationReport& report) {
  const auto path = evaluations_of(folder);
  data::write_atomically(
      path, kept_lines(existing_text(path), report.step - 1) + evaluation_line(report));
}

bool has_evaluation(const data::RunFolder& folder, std::int64_t step) {
  const std::string text = existing_text(evaluations_of(folder));
  return kept_lines(text, step) != kept_lines(text, step - 1);
}

void forget_evaluations_after(const data::RunFolder& folder, std::int64_t last_step) {
  const auto path = evaluations_of(folder);
  if (!std::filesystem::exists(path)) return;
  data::write_atomically(path, kept_lines(existing_text(path), last_step));
}

data::Image comparison_grid(const EvaluationReport& report) {
  const std::int64_t count = std::min(report.images, kLargestGrid);
  std::vector<data::Image> tiles;
  for (std::int64_t i = 0; i < count; ++i) {
    tiles.push_back(image_of(report.base_pixels_NHWC[i]));
    tiles.push_back(image_of(report.policy_pixels_NHWC[i]));
  }
  return data::make_grid(tiles, static_cast<int>(2 * std::min(count, kPairsInARow)));
}

std::string evaluation_table(const EvaluationReport& report) {
  std::string table =
      fmt::format("evaluation at step {} ({} held-out pictures):\n", report.step, report.images);
  for (const ScoreComparison& score : report.scores)
    table += fmt::format("  {:<12} base {:9.4f}   policy {:9.4f}   difference {:+.4f} +- {:.4f}\n",
                         score.name, score.base, score.policy, score.policy - score.base,
                         score.standard_error);
  return table + fmt::format("  {:<12} {:.6f}", "divergence", report.divergence);
}

}  // namespace rocm::launcher
