// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>

namespace rocm::objective {

/// The parts of a unit's evaluation, in the order in which they begin.
enum class Phase : std::uint8_t {
  kRollout,          ///< policy and reference, forward
  kDecoder,          ///< latent to picture
  kReward,           ///< forward and backward to the picture
  kDecoderBackward,  ///< picture to latent; with the decoder again if it is recomputed
  kRolloutBackward,  ///< with the recomputed steps
  kDone,
};

/// Is told when a part begins, to measure where time and memory go. May be empty.
using PhaseListener = std::function<void(Phase)>;

}  // namespace rocm::objective
