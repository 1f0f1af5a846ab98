// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include "data/lora_file.hpp"
#include "data/lora_writer.hpp"
#include "data/merged_weights.hpp"
#include "data/model_copy.hpp"
#include "data/model_directory.hpp"
#include "data/printable.hpp"
#include "data/target_suffixes.hpp"
#include "data/weights_file.hpp"
#include "dist/base/contract.hpp"
#include "dist/base/log.hpp"
#include "launcher/fixed_adapter.hpp"
#include "launcher/model_parts.hpp"
#include "launcher/verbs/verbs.hpp"

namespace rocm::launcher {
namespace {

data::LoraTarget target_of(const ExportRequest& request) {
  if (request.format == ExportFormat::kKohya) return data::LoraTarget::kKohya;
  if (request.format == ExportFormat::kPeft) return data::LoraTarget::kPeft;
  return request.metadata ? data::LoraTarget::kDiffusersMetadata : data::LoraTarget::kDiffusers;
}

at::ScalarType dtype_of(ExportDtype dtype) {
  if (dtype == ExportDtype::kFp16) return at::kHalf;
  return dtype == ExportDtype::kBf16 ? at::kBFloat16 : at::kFloat;
}

/// The adapter with the names that the file gives its layers. Kohya's files blur those ("_" for
/// "."), so that without the model they can only stay as they are.
data::LoraFile unresolved_adapter(const ExportRequest& request) {
  data::LoraFile file = data::read_lora_unresolved(request.lora);
  require(file.format != data::LoraFormat::kKohya || request.format == ExportFormat::kKohya,
          {.where = "export",
           .problem = "--model is missing",
           .because = "a kohya file does not say where the names of its layers have dots",
           .advice = "add --model with the folder of the adapter's model"});
  return file;
}

/// Readers tell formats by the ending of a file's name.
void expect_safetensors_name(const ExportRequest& request) {
  const bool misleading = data::is_torch_file_name(request.output);
  require(!misleading || request.format == ExportFormat::kPeft,
          {.where = "export --output " + data::printable_path(request.output),
           .problem = "the name is that of a file of torch.save",
           .because = "adapters are written as safetensors",
           .advice = "let the name end with .safetensors"});
}

void export_adapter(const ExportRequest& request) {
  expect_safetensors_name(request);
  data::LoraWriting writing{
      .target = target_of(request), .dtype = dtype_of(request.dtype), .suffixes = {}};
  data::LowRankModules modules;
  if (request.model) {
    data::ModelDirectory model = open_any_variant(*request.model, "unet");
    const std::vector<std::string> layers = adaptable_modules(model);
    modules = data::read_lora(request.lora, layers).modules;
    data::expect_fitting(model.weights("unet"), modules);
    writing.suffixes = data::target_suffixes(modules, layers);
  } else {
    modules = unresolved_adapter(request).modules;
  }
  data::write_lora(request.output, modules, writing);
  Log::info("wrote " +
            data::printable_path(data::lora_weights_path(request.output, writing.target)));
}

void export_merged(const ExportRequest& request) {
  const auto place = data::place_for_new_folder(request.output);
  data::ModelDirectory model = open_any_variant(*request.model, "unet");
  const data::LoraFile adapter = data::read_lora(request.lora, adaptable_modules(model));
  const data::NamedTensors unet = data::merged_weights(model.weights("unet"), adapter.modules,
                                                       dtype_of(request.dtype), request.output);
  data::write_model_with_unet(place, model, unet);
  Log::info("wrote " + data::printable_path(place));
}

}  // namespace

ExitCode execute(const ExportRequest& request) {
  request.format == ExportFormat::kMerged ? export_merged(request) : export_adapter(request);
  return ExitCode::kOk;
}

}  // namespace rocm::launcher
