// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <ATen/core/Tensor.h>

#include "model/gradient_buffer.hpp"
#include "model/policy.hpp"
#include "model/text_graph.hpp"
#include "model/trajectory.hpp"

namespace rocm::model {

// Shape legend: B samples of a unit, C channels, H x W latent pixels, N steps, L tokens, D width.

/// What becomes of the reference policy (the same network with its adapter off).
enum class ReferenceUse : std::uint8_t {
  kOff,       ///< not evaluated
  kMeasured,  ///< distances are recorded, nothing is differentiated
  kDetached,  ///< its output is a constant; the state stays live in the affine step, so that the
              ///< direct terms of both means cancel (method, section 2)
  kFull,      ///< differentiated with respect to its input: the exact gradient of the objective
};

enum class DistanceReduction : std::uint8_t { kMean, kSum };  ///< over C, H, W

struct RolloutOptions {
  ReferenceUse reference = ReferenceUse::kOff;
  DistanceReduction reduction = DistanceReduction::kMean;
  std::size_t live_steps = 0;  ///< K: gradients flow through the last K network calls
  std::size_t kept_steps = 0;  ///< graphs of the last k live steps are kept, others recomputed
};

/// One differentiable walk of the sampler, x_1 = z_0, x_{n+1} = mu_n + sigma_n z_n (paper,
/// algorithm 1). Back-propagation through time is explicit: every step is a graph of its own from
/// its state to its mean, and backward() chains them from last to first. So a kept graph and a
/// recomputed one are walked in the same order, and gradients are bit-identical for every
/// kept_steps.
class Rollout {
 public:
  /// Runs forward. z_NBCHW: z[0] the initial latent, z[n] the noise of transition n.
  Rollout(const Policy& policy, const LowRankAdapter& adapter, const at::Tensor& text_BLD,
          const at::Tensor& z_NBCHW, const RolloutOptions& options);

  [[nodiscard]] const Trajectory& trajectory() const { return trajectory_; }

  /// Adds the gradient of sum_B [sample_gradient . x0] + sum_nB [distance_weight_n . Delta_n^2]
  /// with respect to the adapter to `gradient`. distance_weights_B: one float64 tensor per
  /// transition, ignored unless the reference is differentiated. Consumes the kept graphs.
  void backward(const at::Tensor& sample_gradient_BCHW,
                std::span<const at::Tensor> distance_weights_B, GradientBuffer& gradient);

 private:
  /// A step's graph: from its state (a leaf) to its mean and distance.
  struct StepGraph {
    at::Tensor state_BCHW;
    at::Tensor mean_BCHW;
    at::Tensor squared_distance_B;
  };

  /// The loss's gradient at a step's outputs.
  struct StepGradient {
    at::Tensor mean_BCHW;
    at::Tensor squared_distance_B;  ///< undefined if the distance is not differentiated
  };

  /// Runs step n and records it; the mean, without a graph.
  at::Tensor forward_step(std::size_t n, const at::Tensor& state_BCHW);
  /// Step n from a fresh leaf, with a graph if grad mode is on.
  [[nodiscard]] StepGraph run_step(std::size_t n, const at::Tensor& state_BCHW) const;
  void record(std::size_t n, const StepGraph& graph);
  /// The kept graph of step n, or a recomputed one.
  [[nodiscard]] StepGraph take_graph(std::size_t n);

  /// Back through one step; the gradient at its state, undefined at the first live step.
  at::Tensor step_backward(const StepGraph& graph, const StepGradient& from,
                           GradientBuffer& gradient);

  [[nodiscard]] std::size_t first_live() const { return num_steps_ - options_.live_steps; }

  [[nodiscard]] bool is_live(std::size_t n) const { return n >= first_live(); }

  const Policy& policy_;
  const LowRankAdapter& adapter_;
  TextGraph text_;
  TextFeatures reference_text_;
  RolloutOptions options_;
  std::size_t num_steps_;
  std::vector<StepGraph> graphs_;                  ///< a step that is not kept has a state only
  std::vector<at::Tensor> reference_output_BCHW_;  ///< epsilon_ref(x_n), without a graph
  Trajectory trajectory_;
};

}  // namespace rocm::model
