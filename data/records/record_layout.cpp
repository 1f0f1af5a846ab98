// SPDX-License-Identifier: Apache-2.0
#include "data/records/record_layout.hpp"

#include <algorithm>
#include <span>

#include <ATen/ops/tensor.h>

#include "data/records/record_schema.hpp"
#include "dist/base/contract.hpp"

namespace rocm::data {
namespace {

using Shape = std::vector<std::uint64_t>;

/// A chunk of scalars is rewritten at each step, so it stays at some tens of kilobytes.
constexpr std::uint64_t kSmallChunkElements = 8192;
constexpr std::uint64_t kMostStepsPerChunk = 256;

std::uint64_t length_of(RecordAxis axis, const RecordPlan& plan, std::int64_t samples) {
  switch (axis) {
    case RecordAxis::kStep:
      return kUnlimited;
    case RecordAxis::kSample:
      return static_cast<std::uint64_t>(samples);
    case RecordAxis::kTransition:
      return plan.sigma.size();
    case RecordAxis::kChannel:
      return static_cast<std::uint64_t>(plan.channels);
    case RecordAxis::kY:
      return static_cast<std::uint64_t>(plan.height);
    case RecordAxis::kX:
      return static_cast<std::uint64_t>(plan.width);
    case RecordAxis::kPrompt:
      return plan.prompts.size();
  }
  throw ContractViolation("a known axis");
}

HdfElement element_of(RecordElement element, LatentPrecision precision) {
  switch (element) {
    case RecordElement::kLatent:
      return precision == LatentPrecision::kFp16 ? HdfElement::kFloat16 : HdfElement::kFloat32;
    case RecordElement::kFloat32:
      return HdfElement::kFloat32;
    case RecordElement::kInt64:
      return HdfElement::kInt64;
    case RecordElement::kText:
      return HdfElement::kText;
  }
  throw ContractViolation("a known element type");
}

/// Latents: one sample of one step, written once. Scalars: many steps, or reading a run would
/// touch a chunk per step.
Shape chunk_of(const RecordVariable& variable, const Shape& shape) {
  if (!variable.grows()) return {};
  Shape chunk = shape;
  chunk[0] = 1;
  if (variable.element == RecordElement::kLatent) {
    chunk[1] = 1;
    return chunk;
  }
  std::uint64_t row = 1;
  for (const std::uint64_t length : chunk) row *= length;
  chunk[0] = std::clamp<std::uint64_t>(kSmallChunkElements / row, 1, kMostStepsPerChunk);
  return chunk;
}

/// Chunks that are written once carry a checksum. Those that grow by a row at a time must not: a
/// reader, or a kill, in the middle of a rewrite would make all their older rows unreadable.
HdfChecksum checksum_of(const RecordVariable& variable) {
  return variable.element == RecordElement::kLatent ? HdfChecksum::kFletcher32 : HdfChecksum::kNone;
}

HdfVariable shaped(const RecordVariable& variable, const std::string& name, const RecordPlan& plan,
                   std::int64_t samples) {
  HdfVariable shaped = {.name = name,
                        .element = element_of(variable.element, plan.precision),
                        .checksum = checksum_of(variable)};
  for (const RecordAxis axis : variable.axes) {
    shaped.shape.push_back(length_of(axis, plan, samples));
    shaped.axes.emplace_back(name_of(axis));
  }
  shaped.chunk = chunk_of(variable, shaped.shape);
  return shaped;
}

bool wanted(const RecordVariable& variable, const RecordPlan& plan) {
  return variable.choice == RecordChoice::kAlways ||
         std::ranges::find(plan.fields, variable.name) != plan.fields.end();
}

/// The names under which a row of the schema appears in this file.
std::vector<std::string> names_of(const RecordVariable& variable, const RecordPlan& plan) {
  std::vector<std::string> names = {std::string(variable.name)};
  if (variable.name == "reward") {
    for (const std::string& name : plan.reward_names) names.push_back("reward_" + name);
  }
  return names;
}

/// CF: what else describes the points of a variable.
std::string coordinates_of(const RecordVariable& variable) {
  if (!variable.grows() || variable.axes.size() < 2) return "";
  if (variable.element == RecordElement::kInt64) return "";
  return variable.axes.size() > 2 ? "sample_id prompt_id timestep next_timestep sigma"
                                  : "sample_id prompt_id";
}

void create_axes(HdfWriter& file, const RecordPlan& plan, std::int64_t samples) {
  using enum RecordAxis;
  for (const RecordAxis axis : {kSample, kTransition, kChannel, kY, kX, kPrompt}) {
    file.create_axis(std::string(name_of(axis)), length_of(axis, plan, samples));
  }
}

std::string long_name_of(const RecordVariable& variable, const std::string& name) {
  if (name == variable.name) return std::string(variable.long_name);
  return "raw score " + name.substr(variable.name.size() + 1) + " of the final image";
}

void label(HdfWriter& file, const RecordVariable& variable, const std::string& name) {
  file.set_attribute(name, "units", std::string(variable.unit));
  file.set_attribute(name, "long_name", long_name_of(variable, name));
  const std::string coordinates = coordinates_of(variable);
  if (!coordinates.empty()) file.set_attribute(name, "coordinates", coordinates);
}

void set_file_attributes(HdfWriter& file, const RecordPlan& plan) {
  file.set_attribute("", "Conventions", std::string("CF-1.10"));
  file.set_attribute("", "title", std::string("rocm-dist trajectories"));
  file.set_attribute("", "schema_version", kRecordSchemaVersion);
  file.set_attribute("", "divergence", plan.divergence);
  file.set_attribute("", "beta", plan.beta);
  file.set_attribute("", "reduction", plan.reduction);
  file.set_attribute("", "configuration", plan.configuration);
  file.set_attribute("", "world_size", plan.world_size);
}

void write_constants(HdfWriter& file, const RecordPlan& plan) {
  file.write("sigma", at::tensor(plan.sigma));
  file.write("timestep", at::tensor(plan.timestep));
  file.write("next_timestep", at::tensor(plan.next_timestep));
  file.write("prompts", plan.prompts);
}

/// `create` makes one variable that grows; the constants are the same in both kinds of file.
template <class Create>
void lay_out(HdfWriter& file, const RecordPlan& plan, std::int64_t samples, Create&& create) {
  expects(
      plan.timestep.size() == plan.sigma.size() && plan.next_timestep.size() == plan.sigma.size(),
      "one sigma, timestep and next timestep per transition");
  set_file_attributes(file, plan);
  create_axes(file, plan, samples);
  for (const RecordVariable& variable : kRecordSchema) {
    if (!wanted(variable, plan)) continue;
    for (const std::string& name : names_of(variable, plan)) {
      const HdfVariable made = shaped(variable, name, plan, samples);
      variable.grows() ? create(made) : file.create(made);
      label(file, variable, name);
    }
  }
  write_constants(file, plan);
}

}  // namespace

void lay_out_rank_record(HdfWriter& file, const RecordPlan& plan, int rank) {
  lay_out(file, plan, plan.samples_per_rank,
          [&](const HdfVariable& variable) { file.create(variable); });
  file.set_attribute("", "rank", std::int64_t{rank});
}

void lay_out_master_record(HdfWriter& file, const RecordPlan& plan,
                           const std::vector<HdfSource>& ranks) {
  lay_out(file, plan, plan.samples_per_rank * plan.world_size,
          [&](const HdfVariable& variable) { file.create_virtual(variable, ranks); });
}

}  // namespace rocm::data
