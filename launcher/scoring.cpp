// SPDX-License-Identifier: Apache-2.0
#include "launcher/scoring.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <ATen/ops/empty.h>
#include <fmt/format.h>

#include "data/printable.hpp"
#include "dist/base/contract.hpp"

namespace rocm::launcher {
namespace {

/// Pictures of one size as one tensor [B, H, W, 3].
at::Tensor pixels_of(const std::vector<data::Image>& images) {
  const data::Image& first = images.front();
  const auto count = static_cast<std::int64_t>(images.size());
  at::Tensor pixels_BHWC = at::empty({count, first.height, first.width, 3}, at::kByte);
  auto* next = pixels_BHWC.mutable_data_ptr<std::uint8_t>();
  for (const data::Image& image : images) next = std::ranges::copy(image.rgb, next).out;
  return pixels_BHWC;
}

}  // namespace

std::vector<double> measured(const Scores& scores, const at::Tensor& pixels_BHWC,
                             const std::string& caption) {
  std::vector<double> values;
  for (const auto& score : scores)
    values.push_back(score->measure(pixels_BHWC, {&caption, 1}).item<double>());
  return values;
}

void require_finite_score(double value, std::string_view score, const std::string& picture) {
  if (std::isfinite(value)) return;
  fail(ExitCode::kInput, {.where = fmt::format("score {}", score),
                          .problem = fmt::format("{} gets no finite number", picture),
                          .because = "the score's weights hold NaN or overflow",
                          .advice = "fetch the weights again"});
}

bool Scoring::fits(const data::Image& image) const {
  return images_.empty() ||
         (images_.front().width == image.width && images_.front().height == image.height);
}

void Scoring::add(CaptionedPicture picture, data::Image image) {
  if (!fits(image)) flush();
  waiting_.push_back(std::move(picture));
  images_.push_back(std::move(image));
  if (waiting_.size() == batch_size_) flush();
}

void Scoring::flush() {
  if (waiting_.empty()) return;
  const at::Tensor pixels_BHWC = pixels_of(images_);
  std::vector<std::string> captions;
  for (const CaptionedPicture& picture : waiting_) captions.push_back(picture.caption);
  std::vector<std::vector<double>> values(waiting_.size());
  for (const auto& score : scores_) {
    const at::Tensor value_B = score->measure(pixels_BHWC, captions);
    for (std::size_t b = 0; b < waiting_.size(); ++b) {
      values[b].push_back(value_B[static_cast<std::int64_t>(b)].item<double>());
      require_finite_score(values[b].back(), score->name(), data::printable_path(waiting_[b].path));
    }
  }
  for (std::size_t b = 0; b < waiting_.size(); ++b) report_(waiting_[b], values[b]);
  waiting_.clear();
  images_.clear();
}

}  // namespace rocm::launcher
