// SPDX-License-Identifier: Apache-2.0
#include "model/keyed_choice.hpp"

#include <ATen/core/PhiloxRNGEngine.h>

#include "dist/base/contract.hpp"

namespace rocm::model {

std::int64_t keyed_choice(const NoiseKey& key, std::uint64_t purpose, std::int64_t size) {
  expects(size > 0, "something to choose from");
  const std::uint64_t subsequence = std::uint64_t{key.step} << 32 | key.sample;
  at::Philox4_32 words(key.seed ^ purpose, subsequence);
  const std::uint64_t high = words();
  const std::uint64_t number = high << 32 | words();
  return static_cast<std::int64_t>(number % static_cast<std::uint64_t>(size));
}

}  // namespace rocm::model
