// SPDX-License-Identifier: Apache-2.0
#include "objective/divergence_draws.hpp"

#include <vector>

#include <ATen/ops/stack.h>

#include "dist/base/contract.hpp"

namespace rocm::objective {

at::Tensor divergence_deviates(std::span<const model::NoiseKey> keys, std::size_t transition,
                               std::int64_t draws, at::Device device) {
  if (draws == 0) return {};
  expects(!keys.empty(), "a key per sample");
  const auto entry = model::noise_entry::kDivergence + static_cast<std::uint32_t>(transition);
  std::vector<at::Tensor> deviate_S;
  for (const model::NoiseKey& key : keys)
    deviate_S.push_back(model::keyed_noise(key, 1, {draws}, entry)[0]);
  return at::stack(deviate_S, 1).to(at::kDouble).to(device);
}

}  // namespace rocm::objective
