// SPDX-License-Identifier: Apache-2.0
#include "launcher/examination.hpp"

#include <algorithm>
#include <set>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "data/printable.hpp"

namespace rocm::launcher {
namespace {

constexpr double kGiB = 1024.0 * 1024.0 * 1024.0;
constexpr double kLittleMemory_GiB = 4.0;

double speed_of(const std::vector<KernelSpeed>& speeds, std::string_view kernel,
                std::string_view dtype) {
  for (const KernelSpeed& speed : speeds) {
    if (speed.kernel == kernel && speed.dtype == dtype) return speed.gflop_per_s;
  }
  return 0.0;
}

void advise_on_cores(const Examination& found, std::vector<std::string>& advice) {
  const auto ranks = std::int64_t{found.topology.local_size};
  const std::int64_t cores = found.host_cores;
  if (ranks > cores)
    advice.push_back(
        fmt::format("{} ranks share {} cores: start at most {} on this host, or pass "
                    "mpirun --mca mpi_yield_when_idle 1",
                    ranks, cores, cores));
  if (found.machine.cores.size() == 1 && found.machine.cores_online >= 2 * ranks)
    advice.push_back(
        fmt::format("each rank is bound to one of {} cores: for run.threads > 1 pass "
                    "mpirun --bind-to none",
                    found.machine.cores_online));
  if (found.omp_num_threads && *found.omp_num_threads != "1" && ranks >= cores)
    advice.push_back(
        fmt::format("OMP_NUM_THREADS={} with {} ranks on {} cores makes threads wait "
                    "for each other: set it to 1",
                    data::printable(*found.omp_num_threads), ranks, cores));
}

void advise_on_machine(const Examination& found, std::vector<std::string>& advice) {
  const std::set<std::string> kinds(found.processors.begin(), found.processors.end());
  if (kinds.size() > 1)
    advice.emplace_back(
        "the hosts have different processors: results are reproducible to the bit "
        "on one kind only");
  const bool known = !found.machine.flags.empty();
  if (known && std::ranges::find(found.machine.flags, "avx2") == found.machine.flags.end())
    advice.emplace_back("the processor lacks AVX2: expect a fraction of the usual speed");
  if (static_cast<double>(found.machine.free_bytes) < kLittleMemory_GiB * kGiB)
    advice.push_back(
        fmt::format("only {:.1f} GiB of memory are free: the world needs about 1, a "
                    "512-pixel model 10",
                    static_cast<double>(found.machine.free_bytes) / kGiB));
}

void advise_on_precision(const Examination& found, std::vector<std::string>& advice) {
  const double fp32 = speed_of(found.cpu_speeds, "convolution", "fp32");
  const double bf16 = speed_of(found.cpu_speeds, "convolution", "bf16");
  if (bf16 > 1.3 * fp32)
    advice.push_back(
        fmt::format("bf16 convolutions are {:.1f} times faster than fp32 here: try "
                    "model.precision = \"bf16\" on the CPU",
                    bf16 / fp32));
}

void advise_on_gpus(const Examination& found, std::vector<std::string>& advice) {
  const bool built = found.gpu_support == GpuSupport::kBuilt;
  if (!built && found.num_gpus == 0) return;
  if (built && found.num_gpus == 0)
    advice.emplace_back(
        "built with CUDA, but no GPU is visible: check nvidia-smi and "
        "CUDA_VISIBLE_DEVICES");
  if (found.num_gpus > 0 && found.topology.local_size > found.num_gpus)
    advice.push_back(fmt::format("{} ranks on a host with {} GPUs: NCCL wants one rank per GPU",
                                 found.topology.local_size, found.num_gpus));
}

std::string speeds_text(std::string_view where, const std::vector<KernelSpeed>& speeds) {
  std::string text;
  for (const KernelSpeed& speed : speeds)
    text += fmt::format("  {:<14} {} on {}: {:.0f} GFLOP/s\n", speed.kernel, speed.dtype, where,
                        speed.gflop_per_s);
  return text;
}

std::string hosts_text(const dist::Topology& topology) {
  const std::set<std::string> hosts(topology.hosts.begin(), topology.hosts.end());
  return fmt::format("  ranks          {} on {} ({} on this host)\n", topology.world_size,
                     fmt::join(hosts, ", "), topology.local_size);
}

}  // namespace

std::vector<std::string> advice_for(const Examination& examination) {
  std::vector<std::string> advice;
  advise_on_cores(examination, advice);
  advise_on_machine(examination, advice);
  advise_on_precision(examination, advice);
  advise_on_gpus(examination, advice);
  return advice;
}

std::string examination_text(const Examination& examination) {
  const Machine& machine = examination.machine;
  std::string text = fmt::format(
      "Machine\n  processor      {}\n  instructions   {}\n  cores          {} of {}\n"
      "  memory         {:.1f} GiB, {:.1f} free\n",
      data::printable(machine.processor), fmt::join(machine.flags, " "), machine.cores.size(),
      machine.cores_online, static_cast<double>(machine.memory_bytes) / kGiB,
      static_cast<double>(machine.free_bytes) / kGiB);
  text += fmt::format("  GPUs           {}\n", examination.gpu_support == GpuSupport::kBuilt
                                                   ? std::to_string(examination.num_gpus)
                                                   : "built without CUDA");
  text += hosts_text(examination.topology);
  text += fmt::format("  OMP threads    {}\n",
                      data::printable(examination.omp_num_threads.value_or("not set")));
  text += "Kernels, one thread\n" + speeds_text("the CPU", examination.cpu_speeds);
  text += speeds_text("the GPU", examination.gpu_speeds);
  const std::vector<std::string> advice = advice_for(examination);
  text += "Advice\n";
  for (const std::string& sentence : advice) text += fmt::format("  {}.\n", sentence);
  return advice.empty() ? text + "  nothing to change.\n" : text;
}

}  // namespace rocm::launcher
