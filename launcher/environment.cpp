// SPDX-License-Identifier: Apache-2.0
#include "launcher/environment.hpp"

#include <fstream>

#include <ATen/detail/CUDAHooksInterface.h>
#include <fmt/format.h>
#include <torch/version.h>

#include "data/records/hdf5.hpp"
#include "data/sha256.hpp"
#include "dist/mpi_session.hpp"
#include "dist/nccl_communicator.hpp"
#include "launcher/machine.hpp"
#include "launcher/version.hpp"

namespace rocm::launcher {
namespace {

using Json = nlohmann::ordered_json;

/// 13000 is 13.0; null in a build without CUDA.
Json cuda_version() {
  const auto& hooks = at::detail::getCUDAHooks();
  if (!hooks.hasCUDART()) return nullptr;
  const long version = hooks.versionCUDART();
  return fmt::format("{}.{}", version / 1000, version % 1000 / 10);
}

Json nccl_version() {
  const std::string version = dist::nccl_version();
  return version == "none" ? Json(nullptr) : Json(version);
}

Json processor_json() {
  const Machine machine = this_machine();
  return {{"model", machine.processor},
          {"cores", machine.cores_online},
          {"memory_bytes", machine.memory_bytes}};
}

Json inputs_json(std::span<const InputFile> inputs) {
  Json list = Json::array();
  for (const InputFile& input : inputs)
    list.push_back({{"path", input.path.string()}, {"sha256", input.sha256}});
  return list;
}

}  // namespace

std::vector<InputFile> digests_of(const std::vector<std::filesystem::path>& files) {
  std::vector<InputFile> inputs;
  for (const auto& file : files)
    inputs.push_back({.path = file, .sha256 = data::sha256_of_file(file)});
  return inputs;
}

std::vector<std::string> own_command_line() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  std::vector<std::string> arguments;
  for (std::string argument; std::getline(file, argument, '\0');) arguments.push_back(argument);
  return arguments;
}

Json versions_json() {
  return {{"rocm_dist", {{"release", release()}, {"git", git_revision()}}},
          {"libtorch", TORCH_VERSION},
          {"cuda", cuda_version()},
          {"nccl", nccl_version()},
          {"mpi", dist::mpi_version()},
          {"hdf5", data::hdf5_version()}};
}

std::string versions_text() {
  const Json versions = versions_json();
  const auto text = [&versions](const char* library) {
    return versions[library].is_null() ? "none" : versions[library].get<std::string>();
  };
  return fmt::format(
      "rocm-dist {} (git {})\nLibTorch  {}\nCUDA      {}\nNCCL      {}\nMPI       {}\nHDF5      "
      "{}\n",
      release(), git_revision(), text("libtorch"), text("cuda"), text("nccl"), text("mpi"),
      text("hdf5"));
}

Json environment_json(const RunSurroundings& surroundings) {
  return {{"versions", versions_json()},
          {"command_line", surroundings.command_line},
          {"hosts", surroundings.hosts},
          {"processor", processor_json()},
          {"inputs", inputs_json(surroundings.inputs)}};
}

}  // namespace rocm::launcher
