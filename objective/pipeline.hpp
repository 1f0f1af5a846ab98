// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/image_decoder.hpp"
#include "model/policy.hpp"
#include "model/rewards/reward_mixture.hpp"

namespace rocm::objective {

/// The frozen parts that turn noise into a scored picture. Owned by the caller.
struct Pipeline {
  const model::Policy& policy;
  const model::ImageDecoder& decode;
  const model::RewardMixture& reward;
};

}  // namespace rocm::objective
