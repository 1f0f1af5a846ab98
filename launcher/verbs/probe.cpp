// SPDX-License-Identifier: Apache-2.0
#include <numeric>

#include <ATen/ops/scalar_tensor.h>

#include "data/atomic_file.hpp"
#include "data/safetensors_writer.hpp"
#include "dist/base/contract.hpp"
#include "dist/gradient_sum.hpp"
#include "dist/solo_communicator.hpp"
#include "launcher/assembly.hpp"
#include "launcher/config_io.hpp"
#include "launcher/config_validation.hpp"
#include "launcher/method_factory.hpp"
#include "launcher/tensor_dump.hpp"
#include "launcher/threads.hpp"
#include "launcher/verbs/verbs.hpp"

namespace rocm::launcher {
namespace {

/// The objective's value and gradient over one batch, unit by unit.
struct ProbeResult {
  TensorDump dump;
  std::vector<at::Tensor> gradients;
  double loss = 0.0;
};

ProbeResult evaluate_batch(Assembly& assembly, std::int64_t batch_size) {
  const std::int64_t micro_batch = std::gcd(batch_size, assembly.config.data.micro_batch);
  const Workload workload = assembly.workload(batch_size);
  ProbeResult result{.dump = TensorDump(assembly.generator.policy.schedule())};
  const auto units = workload.units_at(1, {.first = 0, .count = batch_size}, micro_batch);
  dist::SoloCommunicator alone;
  const auto method = make_method(assembly, alone);
  const objective::Batch batch{
      .step = 1, .units = units, .size = batch_size, .adapter = assembly.adapter};
  method->begin(batch);
  for (std::size_t unit = 0; unit < units.size(); ++unit) {
    const auto evaluation = method->evaluate(batch, unit);
    result.dump.add(evaluation, units[unit].text_BLD);
    result.gradients.push_back(evaluation.gradient);
    result.loss += evaluation.loss_B.sum().item<double>() / static_cast<double>(batch_size);
  }
  return result;
}

at::Tensor summed(std::span<const at::Tensor> gradients) {
  dist::SoloCommunicator alone;
  const auto gradient = dist::sum_fast(gradients, alone);
  if (gradient) return *gradient;
  fail(ExitCode::kNumerics, {.where = "probe",
                             .problem = "the gradient is not finite",
                             .because = "an intermediate result overflowed or was undefined",
                             .advice = "look for NaN in the model, or try model.precision = "
                                       "\"fp32\""});
}

}  // namespace

ExitCode execute(const ProbeRequest& request) {
  const Config config = read_config(request.config, request.overrides);
  validate(config);
  use_threads(config.run.threads);
  Assembly assembly(config, {.lora = request.lora, .noise = request.noise});
  const std::int64_t batch_size =
      request.noise ? samples_in_replay(*request.noise) : config.data.batch_size;
  data::require_writable_place(request.tensors);
  const ProbeResult result = evaluate_batch(assembly, batch_size);

  auto tensors = result.dump.tensors();
  tensors.merge(named_gradient(summed(result.gradients), assembly.plan, assembly.adapter));
  tensors.emplace("loss", at::scalar_tensor(result.loss, assembly.computation.state));
  data::write_safetensors(request.tensors, tensors);
  return ExitCode::kOk;
}

}  // namespace rocm::launcher
