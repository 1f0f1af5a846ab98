// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "data/image_file.hpp"
#include "dist/communicator.hpp"

namespace rocm::launcher {

/// A picture [1, H, W, 3] or [H, W, 3], uint8, as the image files hold it.
[[nodiscard]] data::Image image_of(const at::Tensor& pixels_HWC);

/// Every rank's pictures, uint8 [n, H, W, 3], one rank after the other; ranks may bring different
/// numbers of pictures of one size. Collective.
[[nodiscard]] at::Tensor gather_pictures(dist::Communicator& communicator,
                                         const at::Tensor& pixels_NHWC);

}  // namespace rocm::launcher
