// SPDX-License-Identifier: Apache-2.0
#include "launcher/generator.hpp"

#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "data/model_directory.hpp"
#include "dist/base/contract.hpp"
#include "dist/base/log.hpp"
#include "launcher/model_parts.hpp"
#include "model/ddim_schedule.hpp"
#include "model/lcm_schedule.hpp"

namespace rocm::launcher {
namespace {

constexpr double kDeterministic = 0.0;  ///< eta, where none is given: as diffusers

model::SamplingSchedule consistency_schedule(const nlohmann::json& scheduler,
                                             const std::string& where, const ModelConfig& config) {
  require(!config.eta.has_value(), {.where = "model.eta",
                                    .problem = "a consistency model takes no eta",
                                    .because = "its noise follows from its schedule",
                                    .advice = "leave it out; of the methods that "
                                              "reinforce, rlcm is the one for such models"});
  const auto noise = model::NoiseScheduleConfig::from_json(scheduler, where);
  return model::lcm_schedule(noise, config.steps, config.timestep_rule);
}

model::SamplingSchedule diffusion_schedule(const nlohmann::json& scheduler,
                                           const std::string& where, const ModelConfig& config) {
  const auto ddim = model::DdimConfig::from_json(scheduler, where);
  const double eta = config.eta.value_or(kDeterministic);
  auto schedule = model::ddim_schedule(ddim, config.steps, eta);
  Log::info(fmt::format("{}: {}, eta {}, timesteps {} to {}, guidance {}", config.path,
                        ddim.summary(), eta, schedule.front().timestep, schedule.back().timestep,
                        config.guidance_scale));
  return schedule;
}

model::SamplingSchedule schedule_of(const model::UNet& unet, data::ModelDirectory& directory,
                                    const ModelConfig& config) {
  const std::string where = directory.folder("scheduler").string();
  const auto make = is_consistency_model(unet) ? consistency_schedule : diffusion_schedule;
  return make(directory.config("scheduler"), where, config);
}

model::Guidance guidance_of(const model::UNet& unet, PromptEncoder& encode,
                            const ModelConfig& config) {
  model::Guidance guidance{.scale = config.guidance_scale,
                           .convention = config.guidance_convention,
                           .unconditional_1LD = {}};
  const std::string nothing;
  if (!is_consistency_model(unet)) guidance.unconditional_1LD = encode({&nothing, 1});
  return guidance;
}

/// The resolution that was asked for, else the one that the U-Net was trained at.
Resolution resolution_of(const ModelConfig& config, const model::UNet& unet,
                         std::int64_t downscale) {
  if (config.resolution) return *config.resolution;
  require(unet.config().sample_size.has_value(),
          {.where = config.path,
           .problem = "the model does not say for which resolution it was made",
           .because = "unet/config.json has no sample_size",
           .advice = "set model.resolution"});
  const std::int64_t side = *unet.config().sample_size * downscale;
  return {.height = side, .width = side};
}

std::array<std::int64_t, 3> latent_shape(const Resolution& resolution, std::int64_t channels,
                                         std::int64_t downscale) {
  require(resolution.height % downscale == 0 && resolution.width % downscale == 0,
          {.where = "model.resolution",
           .problem =
               fmt::format("{} x {} pixels cannot be decoded", resolution.height, resolution.width),
           .because = fmt::format("one latent pixel is {0} x {0} pixels", downscale),
           .advice = fmt::format("use multiples of {}", downscale)});
  return {channels, resolution.height / downscale, resolution.width / downscale};
}

}  // namespace

bool is_consistency_model(const model::UNet& unet) {
  return unet.config().guidance_width.has_value();
}

NoiseShape noise_shape(const Generator& generator) {
  const auto transitions = model::num_transitions(generator.policy.schedule());
  return {.draws = 1 + static_cast<std::int64_t>(transitions), .latent_CHW = generator.latent_CHW};
}

Generator load_generator(const ModelConfig& config, const Computation& computation,
                         model::AdapterPlan* plan) {
  auto directory = data::ModelDirectory::open(config.path, config.variant);
  PromptEncoder encode(directory, computation);
  model::UNet unet = load_unet(directory, computation, plan);
  model::ImageDecoder decode(load_autoencoder(directory, computation));
  const std::int64_t downscale = decode.autoencoder().config().downscale();
  const auto latent_CHW =
      latent_shape(resolution_of(config, unet, downscale), unet.config().in_channels, downscale);
  auto schedule = schedule_of(unet, directory, config);
  auto guidance = guidance_of(unet, encode, config);
  return {.encode = std::move(encode),
          .policy = model::Policy(std::move(unet), std::move(schedule), std::move(guidance)),
          .decode = std::move(decode),
          .latent_CHW = latent_CHW,
          .files = directory.files()};
}

}  // namespace rocm::launcher
