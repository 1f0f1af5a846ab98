// SPDX-License-Identifier: Apache-2.0
#include "data/lora_file.hpp"
#include "data/lora_writer.hpp"
#include "dist/base/contract.hpp"
#include "dist/base/log.hpp"
#include "launcher/fixed_adapter.hpp"
#include "launcher/verbs/verbs.hpp"

namespace rocm::launcher {
namespace {

data::LoraTarget target_of(ExportFormat format) {
  switch (format) {
    case ExportFormat::kKohya:
      return data::LoraTarget::kKohya;
    case ExportFormat::kPeft:
      return data::LoraTarget::kPeft;
    case ExportFormat::kMerged:
      fail(ExitCode::kUsage, {.where = "export --format merged",
                              .problem = "merged weights are not written by this version",
                              .because = "only adapters are",
                              .advice = "use diffusers, kohya or peft"});
    case ExportFormat::kDiffusers:
      break;
  }
  return data::LoraTarget::kDiffusers;
}

at::ScalarType dtype_of(ExportDtype dtype) {
  if (dtype == ExportDtype::kFp16) return at::kHalf;
  return dtype == ExportDtype::kBf16 ? at::kBFloat16 : at::kFloat;
}

/// The adapter with its layers' own names. Kohya's files blur those ("_" for "."), so that without
/// the model they can only stay as they are.
data::LoraFile adapter_of(const ExportRequest& request, data::LoraTarget target) {
  if (request.model)
    return data::read_lora(request.lora, adaptable_modules({.path = request.model->string()}));
  data::LoraFile file = data::read_lora_unresolved(request.lora);
  require(file.format != data::LoraFormat::kKohya || target == data::LoraTarget::kKohya,
          {.where = "export",
           .problem = "--model is missing",
           .because = "a kohya file does not say where the names of its layers have dots",
           .advice = "add --model with the folder of the adapter's model"});
  return file;
}

}  // namespace

ExitCode execute(const ExportRequest& request) {
  const data::LoraTarget target = target_of(request.format);
  const data::LoraFile file = adapter_of(request, target);
  data::write_lora(request.output, file.modules,
                   {.target = target, .dtype = dtype_of(request.dtype)});
  Log::info("wrote " + data::lora_weights_path(request.output, target).string());
  return ExitCode::kOk;
}

}  // namespace rocm::launcher
