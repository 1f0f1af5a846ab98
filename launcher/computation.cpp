// SPDX-License-Identifier: Apache-2.0
#include "launcher/computation.hpp"

#include <ATen/Context.h>

#include "dist/base/contract.hpp"

namespace rocm::launcher {
namespace {

at::ScalarType network_type(Precision precision) {
  switch (precision) {
    case Precision::kBf16:
      return at::kBFloat16;
    case Precision::kFp16:
      return at::kHalf;
    case Precision::kFp64:
      return at::kDouble;
    case Precision::kFp32:
      break;
  }
  return at::kFloat;
}

at::Device device_of(Device device, int local_rank) {
  const bool gpu = at::hasCUDA();
  require(device != Device::kCuda || gpu,
          {.where = "model.device",
           .problem = "no GPU can be used here",
           .because = "this build has no CUDA, or the machine has no working NVIDIA driver",
           .advice = "run `rocm-dist doctor`, or set model.device = \"cpu\""});
  if (device == Device::kCpu || !gpu) return at::Device(at::kCPU);
  return {at::kCUDA, static_cast<at::DeviceIndex>(local_rank)};
}

}  // namespace

Computation without_memory() {
  return {.device = at::Device(at::kMeta), .network = at::kFloat, .state = at::kFloat};
}

Computation computation_of(const ModelConfig& config, int local_rank) {
  return {.device = device_of(config.device, local_rank),
          .network = network_type(config.precision),
          .state = config.precision == Precision::kFp64 ? at::kDouble : at::kFloat};
}

}  // namespace rocm::launcher
