// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <ATen/core/Tensor.h>

#include "model/low_rank_adapter.hpp"
#include "model/unet_config.hpp"
#include "model/weights.hpp"

namespace rocm::model {

// Shape legend: B samples (1 = the same for all), C channels, H x W latent pixels, L text tokens,
// D text width, G guidance embedding width, T time embedding width, O a layer's output channels.

/// What the network knows of (t, w): one vector per residual block. Frozen layers alone make it
/// (unless the adapter targets them), so a sampler computes it once per timestep and run.
struct TimeFeatures {
  std::vector<at::Tensor> shift_BO;  ///< one per residual block, in the order of the blocks
};

/// What the network knows of the prompt: keys and values of every cross attention.
/// They do not depend on the latent, so they can be shared by all steps of a rollout.
struct TextFeatures {
  std::vector<at::Tensor> key_BLC;
  std::vector<at::Tensor> value_BLC;
};

/// diffusers' UNet2DConditionModel: eps(x, t, text, w), the noise in a latent.
///
/// Frozen but for the adapter: no gradient of its own weights is ever computed, and nothing is kept
/// for one. Gradients reach x, the features and the adapter's leaves. Not collective; const calls
/// may run at the same time.
class UNet {
 public:
  /// Throws Failure(kInput) when tensors are missing or misshapen. plan, if any, learns about every
  /// adaptable layer; without one the network cannot be adapted.
  UNet(const UNetConfig& config, const WeightScope& weights, AdapterPlan* plan);
  ~UNet();
  UNet(const UNet&) = delete;
  UNet& operator=(const UNet&) = delete;
  UNet(UNet&&) noexcept;
  UNet& operator=(UNet&&) noexcept;

  /// timestep_B: int64 on the CPU, [1] or [B]. guidance_BG: sinusoids of w (guidance_sinusoid), [1,
  /// G] or [B, G], undefined exactly when the network has no guidance embedding.
  [[nodiscard]] TimeFeatures time_features(const at::Tensor& timestep_B,
                                           const at::Tensor& guidance_BG,
                                           const LowRankAdapter* adapter) const;

  /// The same for one timestep that all samples share.
  [[nodiscard]] TimeFeatures time_features(std::int64_t timestep, const at::Tensor& guidance_BG,
                                           const LowRankAdapter* adapter) const;

  /// Whether time_features depends on the adapter (its targets include time_emb_proj, say).
  [[nodiscard]] bool adapts_time() const;

  [[nodiscard]] TextFeatures text_features(const at::Tensor& text_BLD,
                                           const LowRankAdapter* adapter) const;

  /// eps [B, out_channels, H, W] in the network's dtype. Any H and W.
  [[nodiscard]] at::Tensor operator()(const at::Tensor& x_BCHW, const TimeFeatures& time,
                                      const TextFeatures& text,
                                      const LowRankAdapter* adapter) const;

  [[nodiscard]] const UNetConfig& config() const;

  /// Of its weights, and so of what it takes and gives.
  [[nodiscard]] at::ScalarType dtype() const;

 private:
  struct Layers;
  std::unique_ptr<const Layers> layers_;
};

}  // namespace rocm::model
