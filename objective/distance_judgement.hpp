// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include <ATen/core/Tensor.h>

#include "model/sampling_schedule.hpp"
#include "objective/divergence.hpp"
#include "objective/unit.hpp"

namespace rocm::objective {

/// What a divergence says about the distances of a trajectory, which has at least one transition:
/// fills delta, divergence, active fraction and penalty. weights: w_n of the penalty; empty: all 1.
/// Returns dD_n / d(Delta_n^2), [B] per transition.
std::vector<at::Tensor> judge_distances(const Divergence& divergence,
                                        const model::SamplingSchedule& schedule,
                                        std::span<const double> weights,
                                        UnitEvaluation& evaluation);

}  // namespace rocm::objective
