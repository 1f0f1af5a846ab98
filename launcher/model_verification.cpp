// SPDX-License-Identifier: Apache-2.0
#include "launcher/model_verification.hpp"

#include <string>

#include "data/clip_tokenizer.hpp"
#include "data/model_directory.hpp"
#include "data/printable.hpp"
#include "launcher/model_parts.hpp"
#include "model/ddim_schedule.hpp"
#include "model/noise_schedule.hpp"

namespace rocm::launcher {
namespace {

namespace fs = std::filesystem;

void verify_schedule(data::ModelDirectory& directory, const model::UNet& unet) {
  const std::string where = data::printable_path(directory.folder("scheduler"));
  const auto config = directory.config("scheduler");
  if (unet.config().guidance_width)
    static_cast<void>(model::NoiseScheduleConfig::from_json(config, where));
  else
    static_cast<void>(model::DdimConfig::from_json(config, where));
}

void verify_pipeline(const fs::path& folder) {
  auto directory = open_any_variant(folder, "unet");
  static_cast<void>(data::ClipTokenizer::open(directory.folder("tokenizer")));
  static_cast<void>(load_text_encoder(directory, without_memory()));
  static_cast<void>(load_autoencoder(directory, without_memory()));
  verify_schedule(directory, load_unet(directory, without_memory(), nullptr));
}

}  // namespace

void verify_model(const fs::path& folder) {
  const std::string name = data::ModelDirectory::open(folder).class_name();
  if (name == "StableDiffusionPipeline" || name == "LatentConsistencyModelPipeline")
    return verify_pipeline(folder);
  if (name != "CLIPModel" && name != "BlipForImageTextRetrieval") return;
  auto directory = open_any_variant(folder, "");
  if (name == "CLIPModel")
    static_cast<void>(load_clip(directory, without_memory()));
  else
    static_cast<void>(load_blip(directory, without_memory()));
}

}  // namespace rocm::launcher
