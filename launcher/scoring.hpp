// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "data/image.hpp"
#include "model/rewards/reward.hpp"

namespace rocm::launcher {

using Scores = std::vector<std::unique_ptr<model::Score>>;

/// What each score says of one picture of bytes [1, H, W, 3].
[[nodiscard]] std::vector<double> measured(const Scores& scores, const at::Tensor& pixels_BHWC,
                                           const std::string& caption);

/// Throws Failure(kInput), naming the picture, unless a score's value is finite.
void require_finite_score(double value, std::string_view score, const std::string& picture);

/// A picture file and what belongs to it.
struct CaptionedPicture {
  std::filesystem::path path;
  std::string caption;
};

/// Scores pictures a batch at a time. Pictures of one size that follow each other go through the
/// networks together.
class Scoring {
 public:
  /// Of one picture, in the order of the scores.
  using Report = std::function<void(const CaptionedPicture&, const std::vector<double>&)>;

  Scoring(const Scores& scores, std::size_t batch_size, Report report)
      : scores_(scores), batch_size_(batch_size), report_(std::move(report)) {}

  /// Takes a picture, and reports what is scored by now, in order. Throws what flush() throws.
  void add(CaptionedPicture picture, data::Image image);

  /// Scores what is left. Throws Failure(kInput) if a score is no finite number, which is its
  /// weights' fault, or cannot read a caption.
  void flush();

 private:
  [[nodiscard]] bool fits(const data::Image& image) const;

  const Scores& scores_;
  std::size_t batch_size_;
  Report report_;
  std::vector<CaptionedPicture> waiting_;
  std::vector<data::Image> images_;  ///< of waiting_, all of one size
};

}  // namespace rocm::launcher
