// SPDX-License-Identifier: Apache-2.0
#include <ATen/core/Tensor.h>

#include "data/jpeg_encoder.hpp"
#include "launcher/gallery.hpp"
#include "launcher/scores/recipe.hpp"
#include "model/rewards/jpeg_score.hpp"

namespace rocm::launcher {
namespace {

std::size_t encoded_size(const at::Tensor& pixels_HWC) {
  return data::encode_jpeg(image_of(pixels_HWC)).size();
}

std::unique_ptr<model::Score> make_jpeg_score(const ScoreSource& source,
                                              model::JpegScore::Sign sign) {
  return std::make_unique<model::JpegScore>(source.name, sign, encoded_size);
}

}  // namespace

std::unique_ptr<model::Score> make_jpeg_compressibility(const ScoreSource& source) {
  return make_jpeg_score(source, model::JpegScore::Sign::kCompressibility);
}

std::unique_ptr<model::Score> make_jpeg_incompressibility(const ScoreSource& source) {
  return make_jpeg_score(source, model::JpegScore::Sign::kIncompressibility);
}

}  // namespace rocm::launcher
