// SPDX-License-Identifier: Apache-2.0
#include "launcher/generator.hpp"

#include <utility>

#include <fmt/format.h>

#include "data/model_directory.hpp"
#include "dist/base/contract.hpp"
#include "launcher/model_parts.hpp"
#include "model/lcm_schedule.hpp"

namespace rocm::launcher {
namespace {

void require_consistency_model(const model::UNet& unet, const ModelConfig& config) {
  require(unet.config().guidance_width.has_value(),
          {.where = config.path,
           .problem = "this is a diffusion model, not a consistency model",
           .because = "its U-Net has no guidance embedding (time_cond_proj_dim)",
           .advice = "use a guidance-distilled LCM, for example world/lcm"});
  require(!config.eta.has_value(), {.where = "model.eta",
                                    .problem = "a consistency model takes no eta",
                                    .because = "its noise follows from its schedule",
                                    .advice = "leave it out"});
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

Generator load_generator(const ModelConfig& config, const Computation& computation,
                         model::AdapterPlan* plan) {
  auto directory = data::ModelDirectory::open(config.path, config.variant);
  PromptEncoder encode(directory, computation);
  model::UNet unet = load_unet(directory, computation, plan);
  require_consistency_model(unet, config);
  model::ImageDecoder decode(load_autoencoder(directory, computation));
  const std::string where = directory.folder("scheduler").string();
  const auto noise = model::NoiseScheduleConfig::from_json(directory.config("scheduler"), where);

  const std::int64_t downscale = decode.autoencoder().config().downscale();
  const auto latent_CHW =
      latent_shape(resolution_of(config, unet, downscale), unet.config().in_channels, downscale);
  auto schedule = model::lcm_schedule(noise, config.steps, config.timestep_rule);
  return {.encode = std::move(encode),
          .policy = model::Policy(std::move(unet), std::move(schedule), config.guidance_scale),
          .decode = std::move(decode),
          .latent_CHW = latent_CHW,
          .files = directory.files()};
}

}  // namespace rocm::launcher
