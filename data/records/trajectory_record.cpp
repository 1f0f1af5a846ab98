// SPDX-License-Identifier: Apache-2.0
#include "data/records/trajectory_record.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <ATen/ops/scalar_tensor.h>
#include <fmt/format.h>

#include "dist/base/contract.hpp"

namespace rocm::data {
namespace {

struct Column {
  std::string_view name;
  at::Tensor TrajectoryStep::*values;
};

constexpr auto kScalars = std::to_array<Column>({
    {"sample_id", &TrajectoryStep::sample_id_S},
    {"prompt_id", &TrajectoryStep::prompt_id_S},
    {"reward", &TrajectoryStep::reward_S},
    {"divergence", &TrajectoryStep::divergence_SN},
    {"delta", &TrajectoryStep::delta_SN},
    {"active_fraction", &TrajectoryStep::active_fraction_SN},
});

constexpr auto kLatents = std::to_array<Column>({
    {"mean", &TrajectoryStep::mean_SNCHW},
    {"reference_mean", &TrajectoryStep::reference_mean_SNCHW},
    {"state", &TrajectoryStep::state_SNCHW},
});

at::Tensor reward_of(const TrajectoryStep& step, const std::string& name) {
  const auto found = step.reward_by_name_S.find(name);
  return found == step.reward_by_name_S.end() ? at::Tensor() : found->second;
}

}  // namespace

TrajectoryRecord::TrajectoryRecord(std::filesystem::path path, const RecordPlan& plan, int rank)
    : file_(std::move(path)), plan_(plan) {
  lay_out_rank_record(file_, plan_, rank);
  file_.start_swmr();
}

void TrajectoryRecord::append(const TrajectoryStep& step) {
  expects(step.step > last_step_, "recorded steps to grow");
  for (const Column& column : kScalars) file_.append(column.name, step.*column.values);
  for (const std::string& name : plan_.reward_names) {
    file_.append("reward_" + name, reward_of(step, name));
  }
  for (const Column& column : kLatents) {
    const bool chosen = std::ranges::find(plan_.fields, column.name) != plan_.fields.end();
    if (chosen) file_.append(column.name, step.*column.values);
  }
  file_.flush();  // before `step`, whose length promises that the rest of the row is there
  file_.append("step", at::scalar_tensor(step.step, at::kLong));
  file_.flush();
  last_step_ = step.step;
}

void TrajectoryRecord::sync() {
  file_.sync();
}

void TrajectoryRecord::finish() {
  file_.close();
}

std::string trajectory_file_name(std::int64_t rank) {
  return fmt::format("rank-{:04}.h5", rank);
}

}  // namespace rocm::data
