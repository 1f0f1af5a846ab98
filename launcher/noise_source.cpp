// SPDX-License-Identifier: Apache-2.0
#include "launcher/noise_source.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "data/printable.hpp"
#include "data/safetensors.hpp"
#include "dist/base/contract.hpp"
#include "model/keyed_noise.hpp"

namespace rocm::launcher {
namespace {

[[noreturn]] void refuse_replay(const std::filesystem::path& path, const std::string& problem,
                                const std::string& because) {
  fail(ExitCode::kInput, {.where = data::printable_path(path),
                          .problem = problem,
                          .because = because,
                          .advice = "write z as [N, B, C, h, w], or [iterations, N, B, C, h, w] "
                                    "for train, in fp32"});
}

at::Tensor read_z(const std::filesystem::path& path) {
  const auto file = data::SafetensorsFile::open(path);
  if (!file.contains("z"))
    refuse_replay(path, "there is no tensor z in it", "a replay file is its z");
  const at::Tensor z = file.tensor("z");
  if (!z.is_floating_point())
    refuse_replay(path, "z holds no floating-point numbers", "noise is normal deviates");
  if (z.dim() != 5 && z.dim() != 6)
    refuse_replay(path, fmt::format("z has {} dimensions", z.dim()),
                  "noise is replayed draw by draw");
  if (z.numel() == 0) refuse_replay(path, "z is empty", "every sample starts from noise");
  if (!z.isfinite().all().item<bool>())
    refuse_replay(path, "z holds NaN or infinity", "noise is normal deviates");
  return z;
}

}  // namespace

at::Tensor KeyedNoise::z_NCHW(std::int64_t step, std::int64_t sample) const {
  const model::NoiseKey key{.seed = seed_,
                            .step = static_cast<std::uint32_t>(step),
                            .sample = static_cast<std::uint32_t>(sample)};
  return model::keyed_noise(key, shape_.draws, shape_.latent_CHW);
}

ReplayedNoise::ReplayedNoise(const std::filesystem::path& path, const NoiseShape& shape,
                             std::int64_t samples, std::int64_t iterations)
    : z_(read_z(path)) {
  const auto [channels, height, width] = shape.latent_CHW;
  const std::vector<std::int64_t> expected{shape.draws, samples, channels, height, width};
  const at::IntArrayRef of_a_step = z_.dim() == 6 ? z_.sizes().slice(1) : z_.sizes();
  if (of_a_step != at::IntArrayRef(expected))
    refuse_replay(
        path, fmt::format("z is {} per step", fmt::join(of_a_step, " x ")),
        fmt::format("this model, schedule and batch draw {}", fmt::join(expected, " x ")));
  if (z_.dim() == 6 && z_.size(0) < iterations)
    refuse_replay(path, fmt::format("z is made for {} steps", z_.size(0)),
                  fmt::format("the run has {} iterations", iterations));
}

at::Tensor ReplayedNoise::z_NCHW(std::int64_t step, std::int64_t sample) const {
  const at::Tensor of_step = z_.dim() == 6 ? z_[std::max<std::int64_t>(step - 1, 0)] : z_;
  return of_step.select(1, sample);
}

std::int64_t samples_in_replay(const std::filesystem::path& path) {
  const at::Tensor z = read_z(path);
  return z.size(z.dim() - 4);
}

}  // namespace rocm::launcher
