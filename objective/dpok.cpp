// SPDX-License-Identifier: Apache-2.0
#include "objective/dpok.hpp"

#include <string>
#include <utility>

#include <ATen/core/grad_mode.h>
#include <ATen/ops/scalar_tensor.h>
#include <torch/csrc/autograd/autograd.h>

#include "dist/base/contract.hpp"

namespace rocm::objective {
namespace {

constexpr const char* kFirstMoment = "value.first_moment";
constexpr const char* kSecondMoment = "value.second_moment";
constexpr const char* kUpdates = "value.updates";

std::string leaf_name(std::size_t i) {
  return "value.parameter." + std::to_string(i);
}

const at::Tensor& tensor_like(const MethodState& state, const std::string& name,
                              const at::Tensor& like) {
  const auto found = state.find(name);
  const bool fits = found != state.end() && found->second.sizes() == like.sizes() &&
                    found->second.scalar_type() == like.scalar_type();
  if (!fits)
    fail(ExitCode::kCheckpoint,
         {.where = name,
          .problem = "the checkpoint has no such tensor of the value network",
          .because = "it was written by another method, or for another model",
          .advice = "resume with the configuration of that run"});
  return found->second;
}

}  // namespace

Dpok::Dpok(const Pipeline& pipeline, GatherInSampleOrder gather,
           const PolicyGradientOptions& options, const DpokOptions& dpok, ValueNetwork value)
    : PolicyGradient(pipeline, std::move(gather), options),
      options_(dpok),
      value_(std::move(value)),
      optimizer_(value_.leaves(), {}) {
}

std::vector<double> Dpok::signals(const BatchRewards& rewards) {
  if (optimizer_.state().updates == 0) {
    double mean = 0.0;
    for (const double reward : rewards.reward)
      mean += reward / static_cast<double>(rewards.reward.size());
    value_.expect(mean);
  }
  return rewards.reward;
}

at::Tensor Dpok::value_B(std::size_t n, const Unit& unit, const Experience& experience) const {
  const at::Tensor& state_BCHW = experience.rollout.trajectory.transitions[n].state_BCHW;
  return value_(state_BCHW, unit.text_BLD, schedule()[n].timestep);
}

at::Tensor Dpok::loss_B(const ReplayedTransition& transition) const {
  const Experience& experience = transition.experience;
  const at::Tensor expected_B = value_B(transition.n, transition.unit, experience).detach();
  const at::Tensor advantage_B = experience.signal_B.to(expected_B.scalar_type()).sub(expected_B);
  const at::Tensor ratio_B =
      transition.log_probability_B.sub(experience.log_probability_B[transition.n])
          .exp()
          .clamp(1.0 - options_.clip_range, 1.0 + options_.clip_range);
  const at::Tensor distance_B = transition.outputs.output_BCHW.sub(transition.reference.output_BCHW)
                                    .square()
                                    .flatten(1)
                                    .mean(1);
  return advantage_B.mul(ratio_B).mul(-options_.reward_weight).add(distance_B, options_.kl_weight);
}

at::Tensor Dpok::own_gradient(const Batch& batch, const Unit& unit,
                              const Experience& experience) const {
  const at::AutoGradMode grad_mode(true);
  const std::size_t transitions = experience.next_state_BCHW.size();
  const double share = 1.0 / static_cast<double>(batch.size) / static_cast<double>(transitions);
  model::GradientBuffer gradient(value_.leaves());
  for (std::size_t n = 0; n < transitions; ++n) {
    const at::Tensor expected_B = value_B(n, unit, experience);
    const at::Tensor error_B = expected_B.sub(experience.signal_B.to(expected_B.scalar_type()));
    gradient.add(torch::autograd::grad({error_B.square().sum().mul(share)}, value_.leaves()));
  }
  return gradient.flat();
}

void Dpok::update(const at::Tensor& own_gradient) {
  optimizer_.step(own_gradient, options_.value_learning_rate);
}

MethodState Dpok::state() const {
  const auto& moments = optimizer_.state();
  MethodState state{{kFirstMoment, moments.first_moment},
                    {kSecondMoment, moments.second_moment},
                    {kUpdates, at::scalar_tensor(moments.updates, at::kLong)}};
  for (std::size_t i = 0; i < value_.leaves().size(); ++i)
    state.emplace(leaf_name(i), value_.leaves()[i].detach());
  return state;
}

void Dpok::restore(const MethodState& state) {
  const at::NoGradGuard no_grad;
  const auto& fresh = optimizer_.state();
  for (std::size_t i = 0; i < value_.leaves().size(); ++i)
    value_.leaves()[i].copy_(tensor_like(state, leaf_name(i), value_.leaves()[i]));
  const at::Tensor updates =
      tensor_like(state, kUpdates, at::scalar_tensor(std::int64_t{0}, at::kLong));
  optimizer_.restore(
      {.first_moment = tensor_like(state, kFirstMoment, fresh.first_moment)
                           .to(fresh.first_moment.device(), /*non_blocking=*/false, /*copy=*/true),
       .second_moment = tensor_like(state, kSecondMoment, fresh.second_moment)
                            .to(fresh.first_moment.device(), false, true),
       .updates = updates.item<std::int64_t>()});
}

}  // namespace rocm::objective
