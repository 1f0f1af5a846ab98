// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "dist/base/field.hpp"
#include "launcher/config/choice.hpp"
#include "launcher/config/resolution.hpp"
#include "model/guidance_embedding.hpp"
#include "model/lcm_schedule.hpp"

namespace rocm::launcher {

enum class Device : std::uint8_t { kAuto, kCpu, kCuda };
template <>
inline constexpr auto kChoices<Device> = std::to_array<Choice<Device>>({{Device::kAuto, "auto"},
                                                                        {Device::kCpu, "cpu"},
                                                                        {Device::kCuda, "cuda"}});

/// Of the networks; schedule, divergence and the adapter's masters stay fp32 (fp64 with kFp64).
enum class Precision : std::uint8_t { kFp32, kBf16, kFp16, kFp64 };
template <>
inline constexpr auto kChoices<Precision> =
    std::to_array<Choice<Precision>>({{Precision::kFp32, "fp32"},
                                      {Precision::kBf16, "bf16"},
                                      {Precision::kFp16, "fp16"},
                                      {Precision::kFp64, "fp64"}});

template <>
inline constexpr auto kChoices<model::TimestepRule> = std::to_array<Choice<model::TimestepRule>>(
    {{model::TimestepRule::kDiffusers, "diffusers"}, {model::TimestepRule::kLegacy, "legacy"}});

template <>
inline constexpr auto kChoices<model::GuidanceConvention> =
    std::to_array<Choice<model::GuidanceConvention>>(
        {{model::GuidanceConvention::kDiffusers, "diffusers"},
         {model::GuidanceConvention::kOriginal, "original"}});

/// Which step graphs survive until the backward pass; the others are computed again.
enum class CheckpointRule : std::uint8_t { kEveryStep, kNone, kAuto };
template <>
inline constexpr auto kChoices<CheckpointRule> =
    std::to_array<Choice<CheckpointRule>>({{CheckpointRule::kEveryStep, "every_step"},
                                           {CheckpointRule::kNone, "none"},
                                           {CheckpointRule::kAuto, "auto"}});

enum class DecoderCheckpoint : std::uint8_t { kNone, kRecompute };
template <>
inline constexpr auto kChoices<DecoderCheckpoint> = std::to_array<Choice<DecoderCheckpoint>>(
    {{DecoderCheckpoint::kNone, "none"}, {DecoderCheckpoint::kRecompute, "recompute"}});

/// [model]
struct ModelConfig {
  std::string path;
  std::string variant;
  Device device = Device::kAuto;
  Precision precision = Precision::kFp32;
  std::optional<Resolution> resolution;
  std::optional<double> eta;
  std::int64_t steps = 8;
  double guidance_scale = 8.0;
  model::GuidanceConvention guidance_convention = model::GuidanceConvention::kDiffusers;
  model::TimestepRule timestep_rule = model::TimestepRule::kDiffusers;
  NumberOr<std::int64_t, CheckpointRule> checkpoint = CheckpointRule::kEveryStep;
  DecoderCheckpoint checkpoint_decoder = DecoderCheckpoint::kNone;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor&& visit) {
    visit(self.path, Field{.name = "path",
                           .meaning = "a diffusers folder",
                           .presence = Presence::kRequired,
                           .example = "\"world/lcm\""});
    visit(self.variant, Field{.name = "variant",
                              .meaning = "of the weight files: \"fp16\" reads *.fp16.safetensors"});
    visit(self.device, Field{.name = "device", .meaning = "where the networks run"});
    visit(self.precision,
          Field{.name = "precision",
                .meaning = "of the networks; schedule, divergence and LoRA masters stay fp32"});
    visit(self.resolution, Field{.name = "resolution",
                                 .meaning = "of the images; default: what the model was made for "
                                            "[pixels]",
                                 .at_least = 1,
                                 .at_most = 16384,
                                 .example = "64"});
    describe_sampling(self, visit);
  }

 private:
  template <class Self, class Visitor>
  static void describe_sampling(Self& self, Visitor& visit) {
    visit(
        self.eta,
        Field{.name = "eta",
              .meaning = "share of noise in a DDIM step, for diffusion models only; default: 0 [1]",
              .at_least = 0.0,
              .at_most = 1.0,
              .example = "1.0"});
    visit(self.steps, Field{.name = "steps",
                            .meaning = "network calls per image [count]",
                            .at_least = 1,
                            .at_most = 1000});
    visit(self.guidance_scale,
          Field{.name = "guidance_scale",
                .meaning = "of classifier-free guidance, which a consistency model has learnt; "
                           "with a diffusion model 1 or less means none [1]"});
    visit(self.guidance_convention,
          Field{.name = "guidance_convention",
                .meaning = "what a consistency model reads; diffusers: guidance_scale - 1, "
                           "original: guidance_scale"});
    visit(self.timestep_rule, Field{.name = "timestep_rule",
                                    .meaning = "which timesteps are visited; legacy: as diffusers "
                                               "before 0.24"});
    visit(self.checkpoint, Field{.name = "checkpoint",
                                 .meaning = "graphs to recompute: every step's, none, or all but "
                                            "the last k; gradients are the same to the bit",
                                 .at_least = 0});
    visit(self.checkpoint_decoder,
          Field{.name = "checkpoint_decoder", .meaning = "recompute the image decoder's graph"});
  }
};

}  // namespace rocm::launcher
