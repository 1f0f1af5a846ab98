// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "data/run/checkpoint.hpp"
#include "data/run/checkpoint_folder.hpp"
#include "launcher/config.hpp"
#include "model/adamw.hpp"
#include "model/adapter_average.hpp"
#include "model/low_rank_adapter.hpp"
#include "objective/method.hpp"

namespace rocm::launcher {

/// What training changes. A checkpoint holds it to the last bit: `optimizer.safetensors` has the
/// unbaked masters (and their average) and the moments, `lora.safetensors` the adapter as diffusers
/// reads it, `method.safetensors` what the method remembers, if it does.
struct TrainingState {
  const model::AdapterPlan& plan;
  model::LowRankAdapter& adapter;
  model::AdamW& optimizer;
  objective::Method& method;
  model::AdapterAverage* average = nullptr;  ///< none without lora.ema
};

/// The files of a checkpoint. The state must outlive them.
[[nodiscard]] std::vector<data::CheckpointFile> checkpoint_files(const TrainingState& state);

/// state.json besides the step.
[[nodiscard]] nlohmann::ordered_json checkpoint_json(const TrainingState& state,
                                                     const Config& config);

/// Makes the state that of a checkpoint. Throws Failure(kCheckpoint) if it belongs to another
/// adapter, Failure(kUsage) if the configuration would change the run's course.
void restore(const data::Checkpoint& checkpoint, const Config& config, TrainingState& state);

/// What came out of training, for others: `lora.safetensors`, the adapter as diffusers loads it
/// (alpha / rank baked into B), and with lora.ema `lora_ema.safetensors`, its average.
[[nodiscard]] std::vector<data::CheckpointFile> result_files(const TrainingState& state);

}  // namespace rocm::launcher
