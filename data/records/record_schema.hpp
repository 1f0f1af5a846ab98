// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace rocm::data {

/// Version of the trajectory files; a reader of version 1 reads every file that says 1.
inline constexpr std::int64_t kRecordSchemaVersion = 1;

/// The axes of the trajectory files.
enum class RecordAxis : std::uint8_t {
  kStep,
  kSample,
  kTransition,
  kChannel,
  kY,
  kX,
  kPrompt,
};

[[nodiscard]] constexpr std::string_view name_of(RecordAxis axis) {
  constexpr std::array<std::string_view, 7> kNames = {"step", "sample", "transition", "channel",
                                                      "y",    "x",      "prompt"};
  return kNames.at(static_cast<std::size_t>(axis));
}

/// How a variable is stored. Latents are fp16 or fp32, by configuration.
enum class RecordElement : std::uint8_t { kLatent, kFloat32, kInt64, kText };

/// Latents are large and only there when asked for; scalars always are.
enum class RecordChoice : std::uint8_t { kAlways, kWhenChosen };

/// One variable of the trajectory files.
struct RecordVariable {
  std::string_view name;
  std::span<const RecordAxis> axes;
  RecordElement element;
  RecordChoice choice;
  std::string_view unit;
  std::string_view long_name;

  [[nodiscard]] constexpr bool grows() const { return axes.front() == RecordAxis::kStep; }
};

namespace record_axes {
using enum RecordAxis;
inline constexpr std::array kLatents = {kStep, kSample, kTransition, kChannel, kY, kX};
inline constexpr std::array kPerTransition = {kStep, kSample, kTransition};
inline constexpr std::array kPerSample = {kStep, kSample};
inline constexpr std::array kPerStep = {kStep};
inline constexpr std::array kTransitions = {kTransition};
inline constexpr std::array kPrompts = {kPrompt};
}  // namespace record_axes

/// Every variable of the trajectory files, in file order; `step` is written last in each step.
/// A configuration with several rewards adds one copy of `reward` per reward, named reward_NAME.
inline constexpr auto kRecordSchema = std::to_array<RecordVariable>({
    {"step", record_axes::kPerStep, RecordElement::kInt64, RecordChoice::kAlways, "1",
     "optimiser step, from 1"},
    {"timestep", record_axes::kTransitions, RecordElement::kInt64, RecordChoice::kAlways, "1",
     "diffusion time that the transition starts from"},
    {"next_timestep", record_axes::kTransitions, RecordElement::kInt64, RecordChoice::kAlways, "1",
     "diffusion time that the transition leads to"},
    {"sigma", record_axes::kTransitions, RecordElement::kFloat32, RecordChoice::kAlways,
     "latent units", "standard deviation of the transition"},
    {"prompts", record_axes::kPrompts, RecordElement::kText, RecordChoice::kAlways, "1",
     "prompt texts, by prompt_id"},
    {"sample_id", record_axes::kPerSample, RecordElement::kInt64, RecordChoice::kAlways, "1",
     "index of the sample in the global batch"},
    {"prompt_id", record_axes::kPerSample, RecordElement::kInt64, RecordChoice::kAlways, "1",
     "row of prompts that the sample was drawn for"},
    {"reward", record_axes::kPerSample, RecordElement::kFloat32, RecordChoice::kAlways, "1",
     "objective.reward_rule of the weighted rewards of the final image"},
    {"divergence", record_axes::kPerTransition, RecordElement::kFloat32, RecordChoice::kAlways, "1",
     "divergence of the policy's transition from the reference's"},
    {"delta", record_axes::kPerTransition, RecordElement::kFloat32, RecordChoice::kAlways, "1",
     "distance of the policy's and the reference's mean over sigma, after the reduction"},
    {"active_fraction", record_axes::kPerTransition, RecordElement::kFloat32, RecordChoice::kAlways,
     "1", "slope of the divergence at delta over its largest slope"},
    {"mean", record_axes::kLatents, RecordElement::kLatent, RecordChoice::kWhenChosen,
     "latent units", "mean of the policy's next state given the state"},
    {"reference_mean", record_axes::kLatents, RecordElement::kLatent, RecordChoice::kWhenChosen,
     "latent units", "mean of the reference's next state given the same state"},
    {"state", record_axes::kLatents, RecordElement::kLatent, RecordChoice::kWhenChosen,
     "latent units", "state that the transition starts from"},
});

}  // namespace rocm::data
