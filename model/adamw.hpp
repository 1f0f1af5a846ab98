// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <ATen/core/Tensor.h>

namespace rocm::model {

/// AdamW with decoupled weight decay (Loshchilov and Hutter, arXiv 1711.05101), in the order of
/// operations of torch.optim.AdamW, over one flat gradient:
///   p <- p (1 - lr wd);  m <- m + (1 - b1)(g - m);  v <- b2 v + (1 - b2) g^2;
///   p <- p - lr / (1 - b1^k) * m / (sqrt(v) / sqrt(1 - b2^k) + eps).
class AdamW {
 public:
  struct Options {
    double beta1 = 0.9;
    double beta2 = 0.999;
    double weight_decay = 0.0;
    double epsilon = 1e-8;
  };

  /// What a checkpoint holds besides the parameters.
  struct State {
    at::Tensor first_moment;   ///< flat
    at::Tensor second_moment;  ///< flat
    std::int64_t updates = 0;  ///< k
  };

  AdamW(std::vector<at::Tensor> parameters, const Options& options);

  /// Changes the parameters in place.
  void step(const at::Tensor& gradient_flat, double learning_rate);

  [[nodiscard]] const State& state() const { return state_; }

  /// Throws ContractViolation if the moments have another length.
  void restore(State state);

 private:
  std::vector<at::Tensor> parameters_;
  Options options_;
  State state_;
};

}  // namespace rocm::model
