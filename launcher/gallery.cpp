// SPDX-License-Identifier: Apache-2.0
#include "launcher/gallery.hpp"

#include <algorithm>
#include <span>

#include <ATen/ops/cat.h>
#include <ATen/ops/zeros.h>

#include "dist/agreement.hpp"

namespace rocm::launcher {

data::Image image_of(const at::Tensor& pixels_HWC) {
  const at::Tensor dense = pixels_HWC.contiguous();
  const auto* bytes = dense.const_data_ptr<std::uint8_t>();
  return {.width = static_cast<int>(dense.size(-2)),
          .height = static_cast<int>(dense.size(-3)),
          .rgb = std::vector<std::uint8_t>(bytes, bytes + dense.numel())};
}

at::Tensor gather_pictures(dist::Communicator& communicator, const at::Tensor& pixels_NHWC) {
  const double mine[] = {static_cast<double>(pixels_NHWC.size(0))};
  const std::vector<double> counts = dist::gather_in_rank_order(communicator, mine);
  const auto most = static_cast<std::int64_t>(std::ranges::max(counts));
  std::vector<std::int64_t> shape = pixels_NHWC.sizes().vec();
  shape[0] = most;
  at::Tensor padded = at::zeros(shape, at::kByte);  // a gather wants the same size everywhere
  padded.narrow(0, 0, pixels_NHWC.size(0)).copy_(pixels_NHWC);
  shape[0] = most * communicator.world_size();
  at::Tensor everyone = at::zeros(shape, at::kByte);
  communicator.all_gather(
      std::as_bytes(std::span(padded.const_data_ptr<std::uint8_t>(),
                              static_cast<std::size_t>(padded.numel()))),
      std::as_writable_bytes(std::span(everyone.mutable_data_ptr<std::uint8_t>(),
                                       static_cast<std::size_t>(everyone.numel()))));
  std::vector<at::Tensor> pictures;
  for (std::size_t rank = 0; rank < counts.size(); ++rank)
    pictures.push_back(everyone.narrow(0, static_cast<std::int64_t>(rank) * most,
                                       static_cast<std::int64_t>(counts[rank])));
  return at::cat(pictures);
}

}  // namespace rocm::launcher
