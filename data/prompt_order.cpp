// SPDX-License-Identifier: Apache-2.0
#include "data/prompt_order.hpp"

#include <algorithm>

#include <ATen/core/PhiloxRNGEngine.h>

#include "dist/base/contract.hpp"

namespace rocm::data {
namespace {

constexpr std::uint64_t kRounds = 64;
constexpr int kIndexBits = 40;
constexpr std::int64_t kMaxPrompts = std::int64_t{1} << kIndexBits;
// "rocmordr": sets this stream apart from the noise, which uses the seed itself.
constexpr std::uint64_t kPurpose = 0x726f636d6f726472;

std::uint64_t random_64(std::uint64_t key, std::uint64_t epoch, std::uint64_t offset) {
  at::Philox4_32 words(key, epoch, offset);
  const std::uint64_t high = words();
  return high << 32 | words();
}

bool random_bit(std::uint64_t key, std::uint64_t epoch, std::uint64_t offset) {
  at::Philox4_32 words(key, epoch, offset);
  return (words() & 1U) != 0;
}

}  // namespace

std::int64_t permuted(std::uint64_t seed, std::uint64_t epoch, std::int64_t size,
                      std::int64_t index) {
  expects(0 < size && size <= kMaxPrompts && 0 <= index && index < size, "an index of the set");
  const std::uint64_t key = seed ^ kPurpose;
  const auto count = static_cast<std::uint64_t>(size);
  auto x = static_cast<std::uint64_t>(index);
  for (std::uint64_t round = 0; round < kRounds; ++round) {
    const std::uint64_t pivot = random_64(key, epoch, round) % count;
    const std::uint64_t partner = (pivot + count - x) % count;
    const std::uint64_t offset = ((round + 1) << kIndexBits) + std::max(x, partner);
    if (random_bit(key, epoch, offset)) x = partner;
  }
  return static_cast<std::int64_t>(x);
}

std::int64_t prompt_of(const PromptOrder& order, std::int64_t step, std::int64_t sample) {
  expects(step >= 1, "steps counted from 1");
  expects(0 <= sample && sample < order.batch_size, "a sample of the batch");
  const std::int64_t position = (step - 1) * order.batch_size + sample;
  const auto epoch = static_cast<std::uint64_t>(position / order.num_prompts);
  return permuted(order.seed, epoch, order.num_prompts, position % order.num_prompts);
}

std::int64_t replayed_prompt_of(std::int64_t sample, std::int64_t num_prompts) {
  expects(sample >= 0 && num_prompts > 0, "a sample and at least one prompt");
  return sample % num_prompts;
}

}  // namespace rocm::data
