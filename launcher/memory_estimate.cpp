// SPDX-License-Identifier: Apache-2.0
#include "launcher/memory_estimate.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include <ATen/DeviceAccelerator.h>
#include <ATen/ops/zeros.h>

#include "dist/solo_communicator.hpp"
#include "launcher/allocation_meter.hpp"
#include "launcher/machine.hpp"
#include "launcher/method_factory.hpp"
#include "launcher/process_memory.hpp"

namespace rocm::launcher {
namespace {

/// Sides of the square latents that larger ones are judged by.
constexpr std::int64_t kSmallSide = 16;
constexpr std::int64_t kLargeSide = 24;

objective::Unit unit_of_size(Assembly& assembly, std::int64_t height, std::int64_t width) {
  const std::int64_t samples = assembly.config.data.micro_batch;
  const std::vector<std::string> captions(static_cast<std::size_t>(samples),
                                          assembly.prompts.lines.front());
  std::vector<std::int64_t> ids(captions.size());
  std::iota(ids.begin(), ids.end(), 0);
  const NoiseShape noise = assembly.noise_shape();
  return {.text_BLD = assembly.generator.encode(captions).to(assembly.computation.state_options()),
          .z_NBCHW = at::zeros({noise.draws, samples, noise.latent_CHW[0], height, width},
                               assembly.computation.state_options()),
          .captions = captions,
          .sample_ids = ids,
          .prompt_ids = std::vector<std::int64_t>(ids.size(), 0)};
}

PhasePeaks peaks_of_unit(Assembly& assembly, std::int64_t height, std::int64_t width) {
  const objective::Unit unit = unit_of_size(assembly, height, width);
  AllocationMeter meter(assembly.computation.device.type());
  PhasePeaks peaks{};
  std::size_t running = 0;
  dist::SoloCommunicator alone;
  const auto method = make_method(assembly, alone, [&](objective::Phase next) {
    peaks.at(running) = std::max(peaks.at(running), static_cast<double>(meter.take_peak_bytes()));
    running = static_cast<std::size_t>(next);
  });
  const objective::Batch batch{.step = 1,
                               .units = {&unit, 1},
                               .size = assembly.config.data.batch_size,
                               .adapter = assembly.adapter};
  method->begin(batch);
  static_cast<void>(method->evaluate(batch, 0));
  return peaks;
}

double largest(const PhasePeaks& peaks) {
  return *std::ranges::max_element(peaks);
}

/// What the unit's gradient takes at its peak, at the run's own size.
double peak_of_own_size(Assembly& assembly) {
  const auto [channels, height, width] = assembly.generator.latent_CHW;
  if (height * width <= kLargeSide * kLargeSide)
    return largest(peaks_of_unit(assembly, height, width));
  return largest(on_a_line(
      {.area = kSmallSide * kSmallSide, .peaks = peaks_of_unit(assembly, kSmallSide, kSmallSide)},
      {.area = kLargeSide * kLargeSide, .peaks = peaks_of_unit(assembly, kLargeSide, kLargeSide)},
      static_cast<double>(height * width)));
}

/// A rank keeps the gradient of each of its units until they are summed, and AdamW two moments.
double gradient_bytes(const Assembly& assembly, int world_size) {
  double adapter_bytes = 0.0;
  for (const at::Tensor& leaf : assembly.adapter.leaves())
    adapter_bytes += static_cast<double>(leaf.nbytes());
  const auto units =
      assembly.config.data.batch_size / assembly.config.data.micro_batch / world_size;
  constexpr double kMomentsAndFixedPointSum = 4.0;
  return adapter_bytes * (static_cast<double>(units) + kMomentsAndFixedPointSum);
}

double free_bytes(const Assembly& assembly, int ranks_per_host) {
  const at::Device device = assembly.computation.device;
  if (device.is_cpu()) return static_cast<double>(this_machine().free_bytes) / ranks_per_host;
  return static_cast<double>(at::accelerator::getMemoryInfo(device.index()).first);
}

}  // namespace

PhasePeaks on_a_line(const PeaksAtArea& small, const PeaksAtArea& large, double area) {
  const double reach = (area - small.area) / (large.area - small.area);
  PhasePeaks peaks = small.peaks;
  for (std::size_t i = 0; i < peaks.size(); ++i)
    peaks.at(i) += reach * (large.peaks.at(i) - small.peaks.at(i));
  return peaks;
}

MemoryEstimate estimate_memory(Assembly& assembly, int world_size) {
  const double unit = peak_of_own_size(assembly);
  give_back_freed_memory();  // of the trials, which a run does not make
  return {.resident_bytes = static_cast<double>(process_memory().resident_bytes),
          .working_bytes = unit + gradient_bytes(assembly, world_size)};
}

std::size_t step_graphs_that_fit(Assembly& assembly, int ranks_per_host) {
  constexpr double kUsable = 0.9;  // the rest is for what no estimate knows
  const std::size_t all = assembly.generator.policy.schedule().size();
  const double budget = kUsable * free_bytes(assembly, ranks_per_host);
  assembly.objective.keep_steps(all);
  const double with_all = peak_of_own_size(assembly);
  if (with_all <= budget) return all;
  assembly.objective.keep_steps(0);
  const double with_none = peak_of_own_size(assembly);
  const double each = std::max(with_all - with_none, 1.0) / static_cast<double>(all);
  const double fitting = std::floor((budget - with_none) / each);
  return static_cast<std::size_t>(std::clamp(fitting, 0.0, static_cast<double>(all)));
}

}  // namespace rocm::launcher
