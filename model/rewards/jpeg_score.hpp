// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "model/rewards/reward.hpp"

namespace rocm::model {

/// How well a picture can be stored (Black et al., DDPO, arXiv 2305.13301): a rule without a
/// gradient. Captions do not matter.
class JpegScore final : public Score {
 public:
  enum class Sign : std::uint8_t {
    kIncompressibility,  ///< + size / 1000
    kCompressibility,    ///< - size / 1000
  };

  /// Bytes of uint8 [H, W, 3], contiguous, as a JPEG file.
  using EncodedSize = std::function<std::size_t(const at::Tensor& pixels_HWC)>;

  JpegScore(std::string name, Sign sign, EncodedSize encoded_size);

  [[nodiscard]] std::string_view name() const override { return name_; }

  [[nodiscard]] at::Tensor measure(const at::Tensor& pixels_BHWC,
                                   std::span<const std::string> captions) const override;

 private:
  std::string name_;
  Sign sign_;
  EncodedSize encoded_size_;
};

}  // namespace rocm::model
