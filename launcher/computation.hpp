// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include "launcher/config/model_config.hpp"

namespace rocm::launcher {

/// Where and in which types the tensors of a run live (model.device, model.precision).
struct Computation {
  at::Device device;
  at::ScalarType network;  ///< the U-Net's weights and activations
  at::ScalarType state;    ///< latents, schedule, distances, decoder, rewards, LoRA masters

  [[nodiscard]] at::TensorOptions state_options() const {
    return at::TensorOptions().dtype(state).device(device);
  }
};

/// Networks without numbers: to load them is to check their tensors, and to learn their layers.
[[nodiscard]] Computation without_memory();

/// local_rank picks the GPU. Throws Failure(kUsage) if a GPU is demanded and there is none.
[[nodiscard]] Computation computation_of(const ModelConfig& config, int local_rank);

}  // namespace rocm::launcher
