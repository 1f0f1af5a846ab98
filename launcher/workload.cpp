// SPDX-License-Identifier: Apache-2.0
#include "launcher/workload.hpp"

#include <utility>

#include <ATen/ops/stack.h>

#include "dist/base/contract.hpp"

namespace rocm::launcher {

Share share_of(int rank, int world_size, std::int64_t num_units, std::int64_t micro_batch) {
  expects(num_units % world_size == 0, "units that divide evenly among the ranks");
  const std::int64_t count = num_units / world_size * micro_batch;
  return {.first = rank * count, .count = count};
}

Workload::Workload(const data::PromptSet& prompts, PromptRule prompt_of,
                   std::unique_ptr<NoiseSource> noise, PromptEncoder& encode,
                   const at::TensorOptions& options, std::int64_t group)
    : prompts_(prompts),
      prompt_of_(std::move(prompt_of)),
      noise_(std::move(noise)),
      encode_(encode),
      options_(options),
      group_(group) {
}

at::Tensor Workload::noise_of(std::int64_t step, std::int64_t sample) const {
  at::Tensor z_NCHW = noise_->z_NCHW(step, sample);
  const std::int64_t first_of_group = sample - sample % group_;
  if (first_of_group == sample) return z_NCHW;
  z_NCHW = z_NCHW.clone();
  z_NCHW[0].copy_(noise_->z_NCHW(step, first_of_group)[0]);
  return z_NCHW;
}

objective::Unit Workload::unit_of(std::int64_t step, const Share& samples) const {
  objective::Unit unit;
  std::vector<at::Tensor> z_NCHW;
  for (std::int64_t sample = samples.first; sample < samples.first + samples.count; ++sample) {
    const std::int64_t prompt = prompt_of_(step, sample / group_);
    unit.sample_ids.push_back(sample);
    unit.prompt_ids.push_back(prompt);
    unit.captions.push_back(prompts_.lines.at(static_cast<std::size_t>(prompt)));
    z_NCHW.push_back(noise_of(step, sample));
  }
  unit.z_NBCHW = at::stack(z_NCHW, 1).to(options_);
  unit.text_BLD = encode_(unit.captions);
  return unit;
}

std::vector<objective::Unit> Workload::units_at(std::int64_t step, const Share& share,
                                                std::int64_t micro_batch) const {
  expects(share.count % micro_batch == 0, "whole units");
  std::vector<objective::Unit> units;
  for (std::int64_t done = 0; done < share.count; done += micro_batch)
    units.push_back(unit_of(step, {.first = share.first + done, .count = micro_batch}));
  return units;
}

}  // namespace rocm::launcher
