// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>

#include <ATen/core/Tensor.h>

namespace rocm::launcher {

// Shape legend: N draws per sample (initial latent and transitions), B samples of the whole batch.

/// The step of noise that belongs to no optimiser step: sampling and evaluation.
inline constexpr std::int64_t kSamplingStep = 0;

/// The noise of any sample of any step: z [N, C, h, w], fp32, on the CPU.
class NoiseSource {
 public:
  virtual ~NoiseSource() = default;
  [[nodiscard]] virtual at::Tensor z_NCHW(std::int64_t step, std::int64_t sample) const = 0;
};

/// What every z must look like.
struct NoiseShape {
  std::int64_t draws = 0;
  std::array<std::int64_t, 3> latent_CHW = {};
};

/// Counter-based noise: model/keyed_noise.hpp.
class KeyedNoise final : public NoiseSource {
 public:
  KeyedNoise(std::uint64_t seed, const NoiseShape& shape) : seed_(seed), shape_(shape) {}

  [[nodiscard]] at::Tensor z_NCHW(std::int64_t step, std::int64_t sample) const override;

 private:
  std::uint64_t seed_;
  NoiseShape shape_;
};

/// Noise from a replay file (--noise F): safetensors with `z` [N, B, C, h, w], the same at every
/// step, or [iterations, N, B, C, h, w], row k - 1 for step k; sampling takes
/// the first row.
class ReplayedNoise final : public NoiseSource {
 public:
  /// Throws Failure(kInput) unless the file holds `samples` samples of this shape and, if it has
  /// rows per step, at least `iterations` of them.
  ReplayedNoise(const std::filesystem::path& path, const NoiseShape& shape, std::int64_t samples,
                std::int64_t iterations);
  [[nodiscard]] at::Tensor z_NCHW(std::int64_t step, std::int64_t sample) const override;

 private:
  at::Tensor z_;
};

/// How many samples a replay file holds. Throws Failure(kInput) if it is none.
[[nodiscard]] std::int64_t samples_in_replay(const std::filesystem::path& path);

}  // namespace rocm::launcher
