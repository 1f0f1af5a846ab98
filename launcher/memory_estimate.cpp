// SPDX-License-Identifier: Apache-2.0
#include "launcher/memory_estimate.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <string>
#include <vector>

#include <ATen/DeviceAccelerator.h>
#include <ATen/ops/zeros.h>
#include <unistd.h>

#include "launcher/allocation_meter.hpp"
#include "launcher/machine.hpp"

namespace rocm::launcher {
namespace {

/// Sides of the square latents that larger ones are judged by. Below them the reward's tower, whose
/// size is its own, would hide how the rest grows.
constexpr std::int64_t kSmallSide = 16;
constexpr std::int64_t kLargeSide = 32;

double resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  double total_pages = 0.0;
  double resident_pages = 0.0;
  statm >> total_pages >> resident_pages;
  return resident_pages * static_cast<double>(sysconf(_SC_PAGESIZE));
}

objective::Unit unit_of_size(Assembly& assembly, std::int64_t height, std::int64_t width) {
  const std::int64_t samples = assembly.config.data.micro_batch;
  const std::vector<std::string> captions(static_cast<std::size_t>(samples),
                                          assembly.prompts.lines.front());
  const NoiseShape noise = assembly.noise_shape();
  return {.text_BLD = assembly.generator.encode(captions).to(assembly.computation.state_options()),
          .z_NBCHW = at::zeros({noise.draws, samples, noise.latent_CHW[0], height, width},
                               assembly.computation.state_options()),
          .captions = captions};
}

double peak_of_unit(Assembly& assembly, std::int64_t height, std::int64_t width) {
  const objective::Unit unit = unit_of_size(assembly, height, width);
  const AllocationMeter meter(assembly.computation.device.type());
  static_cast<void>(
      assembly.objective.evaluate(unit, assembly.adapter, assembly.config.data.batch_size));
  return static_cast<double>(meter.peak_bytes());
}

/// What the unit's gradient takes at its peak, at the run's own size.
double peak_of_own_size(Assembly& assembly) {
  const auto [channels, height, width] = assembly.generator.latent_CHW;
  if (height * width <= kLargeSide * kLargeSide) return peak_of_unit(assembly, height, width);
  const double small = peak_of_unit(assembly, kSmallSide, kSmallSide);
  const double large = peak_of_unit(assembly, kLargeSide, kLargeSide);
  const auto area = static_cast<double>(height) * static_cast<double>(width);
  constexpr double kSmallArea = kSmallSide * kSmallSide;
  constexpr double kLargeArea = kLargeSide * kLargeSide;
  return small + (large - small) * (area - kSmallArea) / (kLargeArea - kSmallArea);
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

MemoryEstimate estimate_memory(Assembly& assembly, int world_size) {
  const double unit = peak_of_own_size(assembly);
  return {.resident_bytes = resident_bytes(),
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
