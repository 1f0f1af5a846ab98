// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace rocm::data {

/// What decides the order in which prompts are used, and nothing else: not the rank, the number of
/// ranks or where a run was resumed.
struct PromptOrder {
  std::uint64_t seed = 0;
  std::int64_t num_prompts = 0;  ///< 1 ... 2^40
  std::int64_t batch_size = 0;   ///< samples per optimiser step over all ranks
};

/// Row of the prompt that sample `sample` (from 0, below batch_size) of optimiser step `step` (from
/// 1) draws. Samples are counted through steps: number q = (step - 1) * batch_size + sample is
/// place q mod P of epoch q div P, and in every epoch each of the P prompts is drawn once.
[[nodiscard]] std::int64_t prompt_of(const PromptOrder& order, std::int64_t step,
                                     std::int64_t sample);

/// Place `index` of a keyed permutation of 0 ... size - 1: the swap-or-not shuffle of Hoang, Morris
/// and Rogaway (CRYPTO 2012), 64 rounds. In round r the partner of x is k_r - x mod size, and x
/// becomes it when a bit that belongs to the larger of the two says so. With Philox4x32-10,
/// key = seed xor 0x726f636d6f726472, subsequence = epoch: k_r is the 64-bit number of the first
/// two words (the first is the high one) at offset r, mod size; the bit is the lowest of the first
/// word at offset (r + 1) * 2^40 + max(x, partner).
[[nodiscard]] std::int64_t permuted(std::uint64_t seed, std::uint64_t epoch, std::int64_t size,
                                    std::int64_t index);

/// With replayed noise (`--noise F`) sample b takes row b mod P, at every step.
[[nodiscard]] std::int64_t replayed_prompt_of(std::int64_t sample, std::int64_t num_prompts);

}  // namespace rocm::data
