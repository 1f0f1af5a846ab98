// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <memory>
#include <optional>

#include <ATen/core/grad_mode.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "data/delimited_text.hpp"
#include "data/image_file.hpp"
#include "data/printable.hpp"
#include "data/prompts.hpp"
#include "dist/base/contract.hpp"
#include "dist/base/log.hpp"
#include "launcher/config_validation.hpp"
#include "launcher/machine.hpp"
#include "launcher/picture_list.hpp"
#include "launcher/progress.hpp"
#include "launcher/score_catalogue.hpp"
#include "launcher/scoring.hpp"
#include "launcher/standard_output.hpp"
#include "launcher/threads.hpp"
#include "launcher/verbs/verbs.hpp"

namespace rocm::launcher {
namespace {

std::vector<CaptionedPicture> captioned_pictures(const ScoreRequest& request) {
  const auto paths = picture_list(request.images);
  auto captions = data::read_prompts(request.captions, data::TextUse::kCaptions).lines;
  while (captions.size() > paths.size() && captions.back().empty()) captions.pop_back();
  if (paths.size() != captions.size())
    fail(ExitCode::kInput,
         {.where = data::printable_path(request.captions),
          .problem = fmt::format("{} captions for {} images", captions.size(), paths.size()),
          .because = "line i belongs to image i",
          .advice = "give one caption an image"});
  std::vector<CaptionedPicture> pictures;
  for (std::size_t i = 0; i < paths.size(); ++i)
    pictures.push_back({.path = paths[i], .caption = std::move(captions[i])});
  return pictures;
}

Scores load_scores(const ScoreRequest& request) {
  for (const ScoreConfig& score : request.scores) validate(score, "--score");
  ModelConfig config;
  config.device = request.device;
  std::vector<std::filesystem::path> files;
  ScoreCatalogue catalogue(computation_of(config, 0), files);
  Scores scores;
  for (const ScoreConfig& score : request.scores) scores.push_back(catalogue.score(score));
  return scores;
}

/// The lines on standard output.
class ScoreTable {
 public:
  ScoreTable(const Scores& scores, ScoreFormat format) : scores_(scores), format_(format) {
    if (format_ != ScoreFormat::kCsv) return;
    std::string header = "image,caption";
    for (const auto& score : scores_) header += fmt::format(",{}", score->name());
    print_result(header + "\n");
  }

  void add(const CaptionedPicture& picture, const std::vector<double>& values) const {
    print_result(format_ == ScoreFormat::kCsv ? csv_line(picture, values)
                                              : json_line(picture, values));
  }

 private:
  [[nodiscard]] static std::string csv_line(const CaptionedPicture& picture,
                                            const std::vector<double>& values) {
    std::string line =
        data::csv_field(picture.path.native()) + ',' + data::csv_field(picture.caption);
    for (const double value : values) line += fmt::format(",{}", value);
    return line + '\n';
  }

  [[nodiscard]] std::string json_line(const CaptionedPicture& picture,
                                      const std::vector<double>& values) const {
    nlohmann::ordered_json line{{"image", picture.path.native()}, {"caption", picture.caption}};
    for (std::size_t s = 0; s < values.size(); ++s)
      line[std::string(scores_[s]->name())] = values[s];
    return line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + '\n';
  }

  const Scores& scores_;
  ScoreFormat format_;
};

Progress picture_progress(std::size_t pictures) {
  return Progress({.what = "image",
                   .total = static_cast<std::int64_t>(pictures),
                   .unit = "images",
                   .columns = terminal_columns(),
                   .show_bar = [](const std::string& bar) { Log::redraw(bar); },
                   .show_line = [](const std::string& line) { Log::info(line); }});
}

/// Nothing, with a warning, if it cannot be read.
std::optional<data::Image> readable_image(const std::filesystem::path& path) {
  try {
    return data::read_image(path);
  } catch (const Failure& failure) {
    if (failure.code() != ExitCode::kInput) throw;
    Log::warn(failure.what());
    return {};
  }
}

void report_unreadable(std::size_t bad, std::size_t all, BadPictures rule) {
  if (bad == 0) return;
  const std::string count = fmt::format("{} of {} images could not be read", bad, all);
  if (rule == BadPictures::kSkip) return Log::warn(count);
  fail(ExitCode::kInput, {.where = "score",
                          .problem = count,
                          .because = "each is named above",
                          .advice = "mend them, or pass --skip-bad; the others are scored"});
}

}  // namespace

ExitCode execute(const ScoreRequest& request) {
  const at::NoGradGuard no_grad;
  const auto cores = static_cast<std::int64_t>(this_machine().cores.size());
  use_threads(request.threads.value_or(std::max<std::int64_t>(cores, 1)));
  const auto pictures = captioned_pictures(request);
  const Scores scores = load_scores(request);
  const ScoreTable table(scores, request.format);
  Scoring scoring(scores, static_cast<std::size_t>(request.batch_size),
                  [&](const auto& picture, const auto& values) { table.add(picture, values); });
  Progress progress = picture_progress(pictures.size());
  std::size_t bad = 0;
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    auto image = readable_image(pictures[i].path);
    if (image) scoring.add(pictures[i], std::move(*image));
    if (!image) ++bad;
    if (i + 1 < pictures.size()) progress.update(static_cast<std::int64_t>(i) + 1);
  }
  scoring.flush();
  progress.update(static_cast<std::int64_t>(pictures.size()));
  report_unreadable(bad, pictures.size(), request.bad);
  return ExitCode::kOk;
}

}  // namespace rocm::launcher
