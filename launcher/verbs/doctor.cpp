// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdlib>
#include <set>
#include <span>

#include <ATen/detail/CUDAHooksInterface.h>

#include "dist/mpi_communicator.hpp"
#include "launcher/environment.hpp"
#include "launcher/examination.hpp"
#include "launcher/standard_output.hpp"
#include "launcher/verbs/verbs.hpp"

namespace rocm::launcher {
namespace {

constexpr std::size_t kMostCores = 4096;

/// What every rank tells the others; one length, for the collective.
struct Note {
  std::array<char, 128> processor = {};       ///< the last byte stays 0
  std::array<char, kMostCores> may_use = {};  ///< 1 for each core of the rank
};

Note note_of(const Machine& machine) {
  Note note;
  machine.processor.copy(note.processor.data(), note.processor.size() - 1);
  for (const std::size_t core : machine.cores) note.may_use.at(core) = 1;
  return note;
}

/// In rank order. Collective.
std::vector<Note> exchange_notes(const Note& mine) {
  dist::MpiCommunicator communicator;
  std::vector<Note> notes(static_cast<std::size_t>(communicator.world_size()));
  communicator.all_gather(std::as_bytes(std::span(&mine, 1)),
                          std::as_writable_bytes(std::span(notes)));
  return notes;
}

/// Cores that at least one rank of our host may use: mpirun may bind each to its own.
std::int64_t host_cores(const std::vector<Note>& notes, const dist::Topology& topology) {
  std::set<std::size_t> cores;
  for (std::size_t rank = 0; rank < notes.size(); ++rank) {
    if (topology.hosts.at(rank) != topology.host()) continue;
    for (std::size_t core = 0; core < kMostCores; ++core) {
      if (notes[rank].may_use[core] != 0) cores.insert(core);
    }
  }
  return static_cast<std::int64_t>(cores.size());
}

/// Collective.
Examination examine() {
  Examination found;
  found.machine = this_machine();
  found.topology = dist::discover();
  const std::vector<Note> notes = exchange_notes(note_of(found.machine));
  for (const Note& note : notes) found.processors.emplace_back(note.processor.data());
  found.host_cores = host_cores(notes, found.topology);
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
