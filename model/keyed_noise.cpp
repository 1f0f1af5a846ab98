// SPDX-License-Identifier: Apache-2.0
#include "model/keyed_noise.hpp"

#include <cmath>
#include <numbers>
#include <span>
#include <vector>

#include <ATen/core/PhiloxRNGEngine.h>
#include <ATen/ops/empty.h>

namespace rocm::model {
namespace {

/// A double strictly between 0 and 1 from the next 64 bits.
double next_uniform(at::Philox4_32& generator) {
  const std::uint64_t high = generator();
  const std::uint64_t low = generator();
  return (static_cast<double>(((high << 32) | low) >> 11) + 0.5) * 0x1.0p-53;
}

at::Philox4_32 generator_of(const NoiseKey& key, std::uint64_t entry) {
  const std::uint64_t subsequence = (static_cast<std::uint64_t>(key.step) << 32) | key.sample;
  return at::Philox4_32(key.seed, subsequence, entry << 32);
}

/// Fills `out` with the deviates of one entry.
void fill_entry(const NoiseKey& key, std::uint64_t entry, std::span<float> out) {
  at::Philox4_32 generator = generator_of(key, entry);
  for (std::size_t e = 0; e < out.size(); e += 2) {
    const double radius = std::sqrt(-2.0 * std::log(next_uniform(generator)));
    const double angle = 2.0 * std::numbers::pi * next_uniform(generator);
    out[e] = static_cast<float>(radius * std::cos(angle));
    if (e + 1 < out.size()) out[e + 1] = static_cast<float>(radius * std::sin(angle));
  }
}

}  // namespace

at::Tensor keyed_noise(const NoiseKey& key, std::int64_t count, at::IntArrayRef shape_CHW,
                       std::uint32_t first_entry) {
  std::vector<std::int64_t> shape{count};
  shape.insert(shape.end(), shape_CHW.begin(), shape_CHW.end());
  at::Tensor noise = at::empty(shape, at::kFloat);
  const auto per_entry = static_cast<std::size_t>(count > 0 ? noise.numel() / count : 0);
  auto* data = noise.mutable_data_ptr<float>();
  for (std::size_t entry = 0; entry < static_cast<std::size_t>(count); ++entry)
    fill_entry(key, first_entry + entry, {data + entry * per_entry, per_entry});
  return noise;
}

std::vector<double> keyed_uniforms(const NoiseKey& key, std::uint32_t entry, std::size_t count) {
  at::Philox4_32 generator = generator_of(key, entry);
  std::vector<double> uniforms(count);
  for (double& uniform : uniforms) uniform = next_uniform(generator);
  return uniforms;
}

}  // namespace rocm::model
