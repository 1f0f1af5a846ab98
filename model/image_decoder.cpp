// SPDX-License-Identifier: Apache-2.0
#include "model/image_decoder.hpp"

#include <utility>

namespace rocm::model {

ImageDecoder::ImageDecoder(Autoencoder autoencoder) : autoencoder_(std::move(autoencoder)) {
}

at::Tensor ImageDecoder::operator()(const at::Tensor& latent_BCHW) const {
  const double scaling_factor = autoencoder_.config().scaling_factor;
  const at::Tensor raw_BCHW = autoencoder_.decode(latent_BCHW.div(scaling_factor));
  return raw_BCHW.to(latent_BCHW.scalar_type()).mul(0.5).add(0.5).clamp(0.0, 1.0);
}

at::Tensor to_pixels_BHWC(const at::Tensor& image_BCHW) {
  const at::Tensor levels_BCHW = image_BCHW.detach().to(at::kFloat).mul(255.0).round();
  return levels_BCHW.clamp(0.0, 255.0).to(at::kByte).permute({0, 2, 3, 1}).contiguous().cpu();
}

}  // namespace rocm::model
