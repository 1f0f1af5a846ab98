// SPDX-License-Identifier: Apache-2.0
#include "model/rewards/shapes_score.hpp"

#include <ATen/ops/empty.h>

#include "dist/base/contract.hpp"
#include "model/rewards/shapes.hpp"

namespace rocm::model {

at::Tensor ShapesScore::measure(const at::Tensor& pixels_BHWC,
                                std::span<const std::string> captions) const {
  expects(static_cast<std::size_t>(pixels_BHWC.size(0)) == captions.size(),
          "one caption per picture");
  const at::Tensor dense_BHWC = pixels_BHWC.contiguous();
  at::Tensor score_B = at::empty({dense_BHWC.size(0)}, at::kDouble);
  for (std::size_t b = 0; b < captions.size(); ++b) {
    const at::Tensor pixels_HWC = dense_BHWC[static_cast<std::int64_t>(b)];
    score_B[static_cast<std::int64_t>(b)] = shapes_score(
        {pixels_HWC.const_data_ptr<std::uint8_t>(), static_cast<std::size_t>(pixels_HWC.numel())},
        static_cast<int>(pixels_HWC.size(0)), static_cast<int>(pixels_HWC.size(1)), captions[b]);
  }
  return score_B;
}

}  // namespace rocm::model
