// SPDX-License-Identifier: Apache-2.0
#include "model/rewards/jpeg_score.hpp"

#include <utility>

#include <ATen/ops/empty.h>

namespace rocm::model {

JpegScore::JpegScore(std::string name, Sign sign, EncodedSize encoded_size)
    : name_(std::move(name)), sign_(sign), encoded_size_(std::move(encoded_size)) {
}

at::Tensor JpegScore::measure(const at::Tensor& pixels_BHWC,
                              std::span<const std::string> /*captions*/) const {
  at::Tensor score_B = at::empty({pixels_BHWC.size(0)}, at::kDouble);
  for (std::int64_t b = 0; b < pixels_BHWC.size(0); ++b) {
    const auto thousands = static_cast<double>(encoded_size_(pixels_BHWC[b].contiguous())) / 1000.0;
    score_B[b] = sign_ == Sign::kIncompressibility ? thousands : -thousands;
  }
  return score_B;
}

}  // namespace rocm::model
