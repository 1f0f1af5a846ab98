// SPDX-License-Identifier: Apache-2.0
#include "launcher/model_verification.hpp"

#include <string>

#include "data/clip_tokenizer.hpp"
#include "data/model_directory.hpp"
#include "data/printable.hpp"
#include "data/weights_location.hpp"
#include "launcher/model_parts.hpp"
#include "model/ddim_schedule.hpp"

namespace rocm::launcher {
namespace {

namespace fs = std::filesystem;

// No copies are made of weights that are stored like this, the usual way.
const Computation kAsPublished{
    .device = at::Device(at::kCPU), .network = at::kHalf, .state = at::kFloat};

void verify_schedule(data::ModelDirectory& directory, const model::UNet& unet) {
  const std::string where = data::printable_path(directory.folder("scheduler"));
  const auto config = directory.config("scheduler");
  if (unet.config().guidance_width)
    (void)model::NoiseScheduleConfig::from_json(config, where);
  else
    (void)model::DdimConfig::from_json(config, where);
}

void verify_pipeline(const fs::path& folder) {
  auto directory = data::ModelDirectory::open(folder, data::only_variant(folder / "unet"));
  (void)data::ClipTokenizer::open(directory.folder("tokenizer"));
  (void)load_text_encoder(directory, kAsPublished);
  (void)load_autoencoder(directory, kAsPublished);
  verify_schedule(directory, load_unet(directory, kAsPublished, nullptr));
}

}  // namespace

void verify_model(const fs::path& folder) {
  auto directory = data::ModelDirectory::open(folder);
  const std::string name = directory.class_name();
  if (name == "StableDiffusionPipeline" || name == "LatentConsistencyModelPipeline")
    return verify_pipeline(folder);
  if (name == "CLIPModel") (void)load_clip(directory, kAsPublished);
  if (name == "BlipForImageTextRetrieval") (void)load_blip(directory, kAsPublished);
}

}  // namespace rocm::launcher
