// SPDX-License-Identifier: Apache-2.0
#include "launcher/training_state.hpp"

#include <ATen/core/grad_mode.h>
#include <nlohmann/json.hpp>

#include "data/lora_writer.hpp"
#include "data/printable.hpp"
#include "data/safetensors.hpp"
#include "data/safetensors_writer.hpp"
#include "dist/base/contract.hpp"
#include "launcher/adapter_source.hpp"
#include "launcher/course.hpp"

namespace rocm::launcher {
namespace {

constexpr const char* kAdapterFile = "lora.safetensors";
constexpr const char* kAverageFile = "lora_ema.safetensors";
constexpr const char* kOptimizerFile = "optimizer.safetensors";
constexpr const char* kMethodFile = "method.safetensors";
constexpr const char* kFirstMoment = "first_moment";
constexpr const char* kSecondMoment = "second_moment";

constexpr const char* kMaster = "master.";
constexpr const char* kAverage = "average.";

/// `master.<module>.lora_A.weight` and `.lora_B.weight`, in the order of the adapter's leaves.
std::vector<std::string> leaf_names(const std::string& prefix, const model::AdapterPlan& plan) {
  std::vector<std::string> names;
  for (const model::AdaptedLayer& layer : plan.layers())
    for (const char* matrix : {"lora_A", "lora_B"})
      names.push_back(prefix + layer.module + "." + matrix + ".weight");
  return names;
}

data::NamedTensors optimizer_tensors(const TrainingState& state) {
  data::NamedTensors tensors{{kFirstMoment, state.optimizer.state().first_moment},
                             {kSecondMoment, state.optimizer.state().second_moment}};
  const auto add = [&](const std::string& prefix, const model::LowRankAdapter& adapter) {
    const auto names = leaf_names(prefix, state.plan);
    for (std::size_t i = 0; i < names.size(); ++i)
      tensors.emplace(names[i], adapter.leaves()[i].detach());
  };
  add(kMaster, state.adapter);
  if (state.average != nullptr) add(kAverage, state.average->adapter());
  return tensors;
}

[[noreturn]] void refuse_checkpoint(const data::Checkpoint& checkpoint,
                                    const std::string& problem) {
  fail(ExitCode::kCheckpoint, {.where = data::printable_path(checkpoint.path),
                               .problem = problem,
                               .because = "it was written for another model or adapter",
                               .advice = "resume with the configuration of that run"});
}

/// A tensor of the checkpoint that must look like `like`; copied, since files are mapped.
at::Tensor read_like(const data::SafetensorsFile& file, const std::string& name,
                     const at::Tensor& like, const data::Checkpoint& checkpoint) {
  if (!file.contains(name)) refuse_checkpoint(checkpoint, "it has no tensor " + name);
  const at::Tensor stored = file.tensor(name);
  if (stored.sizes() != like.sizes() || stored.scalar_type() != like.scalar_type())
    refuse_checkpoint(checkpoint, "tensor " + name + " has another shape or type");
  return stored.clone().to(like.device());
}

data::NamedTensors on_cpu(data::NamedTensors tensors) {
  for (auto& [name, tensor] : tensors) tensor = tensor.cpu();
  return tensors;
}

void restore_method(const data::Checkpoint& checkpoint, objective::Method& method) {
  if (method.state().empty()) return;
  data::NamedTensors state = data::SafetensorsFile::open(checkpoint.path / kMethodFile).all();
  for (auto& [name, tensor] : state) tensor = tensor.clone();  // files are mapped
  method.restore(state);
}

data::CheckpointFile adapter_file(const char* name, const model::LowRankAdapter& adapter,
                                  const model::AdapterPlan& plan) {
  return {.name = name, .write = [&](const std::filesystem::path& file) {
            data::write_lora(file, modules_of(adapter, plan),
                             {.target = data::LoraTarget::kDiffusers});
          }};
}

}  // namespace

std::vector<data::CheckpointFile> result_files(const TrainingState& state) {
  std::vector<data::CheckpointFile> files{adapter_file(kAdapterFile, state.adapter, state.plan)};
  if (state.average != nullptr)
    files.push_back(adapter_file(kAverageFile, state.average->adapter(), state.plan));
  return files;
}

std::vector<data::CheckpointFile> checkpoint_files(const TrainingState& state) {
  std::vector<data::CheckpointFile> files = result_files(state);
  files.push_back({.name = kOptimizerFile, .write = [state](const std::filesystem::path& file) {
                     data::write_safetensors(file, optimizer_tensors(state));
                   }});
  if (!state.method.state().empty())
    files.push_back({.name = kMethodFile, .write = [state](const std::filesystem::path& file) {
                       data::write_safetensors(file, on_cpu(state.method.state()));
                     }});
  return files;
}

nlohmann::ordered_json checkpoint_json(const TrainingState& state, const Config& config) {
  return {{"updates", state.optimizer.state().updates}, {"course", course_of(config)}};
}

void restore(const data::Checkpoint& checkpoint, const Config& config, TrainingState& state) {
  require_same_course(checkpoint, config);
  const at::NoGradGuard no_grad;
  const auto file = data::SafetensorsFile::open(checkpoint.path / kOptimizerFile);
  const auto fill = [&](const std::string& prefix, const model::LowRankAdapter& adapter) {
    const auto names = leaf_names(prefix, state.plan);
    for (std::size_t i = 0; i < names.size(); ++i)
      adapter.leaves()[i].copy_(read_like(file, names[i], adapter.leaves()[i], checkpoint));
  };
  fill(kMaster, state.adapter);
  if (state.average != nullptr) fill(kAverage, state.average->adapter());
  const auto& fresh = state.optimizer.state();
  model::AdamW::State moments{
      .first_moment = read_like(file, kFirstMoment, fresh.first_moment, checkpoint),
      .second_moment = read_like(file, kSecondMoment, fresh.second_moment, checkpoint),
      .updates = checkpoint.state.value("updates", std::int64_t{-1})};
  if (moments.updates < 0) refuse_checkpoint(checkpoint, "state.json has no count of updates");
  state.optimizer.restore(std::move(moments));
  restore_method(checkpoint, state.method);
}

}  // namespace rocm::launcher
