// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdlib>
#include <span>

#include <ATen/detail/CUDAHooksInterface.h>

#include "dist/mpi_communicator.hpp"
#include "launcher/environment.hpp"
#include "launcher/examination.hpp"
#include "launcher/standard_output.hpp"
#include "launcher/verbs/verbs.hpp"

namespace rocm::launcher {
namespace {

/// Every rank's processor, in rank order. Collective.
std::vector<std::string> processors_of(dist::Communicator& communicator, const std::string& mine) {
  std::array<char, 128> name{};  // messages have one length; the last byte stays 0
  mine.copy(name.data(), name.size() - 1);
  std::vector<char> all(name.size() * static_cast<std::size_t>(communicator.world_size()));
  communicator.all_gather(std::as_bytes(std::span(name)), std::as_writable_bytes(std::span(all)));
  std::vector<std::string> names;
  for (std::size_t i = 0; i < all.size(); i += name.size()) names.emplace_back(all.data() + i);
  return names;
}

Examination examine() {
  Examination found;
  found.machine = this_machine();
  found.topology = dist::discover();
  dist::MpiCommunicator communicator;
  found.processors = processors_of(communicator, found.machine.processor);
  if (const char* threads = std::getenv("OMP_NUM_THREADS")) found.omp_num_threads = threads;
  const auto& hooks = at::detail::getCUDAHooks();
  found.gpu_support = hooks.hasCUDART() ? GpuSupport::kBuilt : GpuSupport::kNotBuilt;
  found.num_gpus = std::max(0, static_cast<int>(hooks.getNumGPUs()));
  return found;
}

}  // namespace

ExitCode execute(const DoctorRequest&) {
  Examination found = examine();
  if (found.topology.rank != 0) return ExitCode::kOk;
  found.cpu_speeds = probe_kernels(c10::Device(c10::kCPU));
  if (found.num_gpus > 0) found.gpu_speeds = probe_kernels(c10::Device(c10::kCUDA, 0));
  print_result(versions_text() + examination_text(found));
  return ExitCode::kOk;
}

}  // namespace rocm::launcher
