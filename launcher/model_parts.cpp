// SPDX-License-Identifier: Apache-2.0
#include "launcher/model_parts.hpp"

#include <string>
#include <utility>

#include <fmt/format.h>

#include "data/key_aliases.hpp"
#include "data/printable.hpp"
#include "data/weights_location.hpp"
#include "dist/base/log.hpp"

namespace rocm::launcher {
namespace {

std::string where_of(const data::ModelDirectory& directory, std::string_view component) {
  return directory.folder(component).string();
}

/// Builds a network from all tensors of a component: `make` gets the weights' root.
template <class Make>
auto load_whole(data::NamedTensors tensors, const std::string& where, at::ScalarType dtype,
                at::Device device, Make make,
                model::Conversion conversion = model::Conversion::kAtOnce) {
  model::Weights weights(std::move(tensors), where, dtype, device, conversion);
  auto network = make(model::WeightScope(weights));
  weights.expect_all_taken();
  return network;
}

}  // namespace

data::ModelDirectory open_any_variant(const std::filesystem::path& path,
                                      std::string_view component) {
  const auto directory = data::ModelDirectory::open(path);
  return data::ModelDirectory::open(path, data::only_variant(directory.folder(component)));
}

model::UNet load_unet(data::ModelDirectory& directory, const Computation& computation,
                      model::AdapterPlan* plan) {
  const std::string where = where_of(directory, "unet");
  const auto config = model::UNetConfig::from_json(directory.config("unet"), where);
  return load_whole(
      directory.weights("unet"), where, computation.network, computation.device,
      [&](const model::WeightScope& root) { return model::UNet(config, root, plan); });
}

model::Autoencoder load_autoencoder(data::ModelDirectory& directory,
                                    const Computation& computation) {
  const std::string where = where_of(directory, "vae");
  const auto config = model::AutoencoderConfig::from_json(directory.config("vae"), where);
  return load_whole(data::with_current_vae_names(directory.weights("vae")), where,
                    computation.state, computation.device, [&](const model::WeightScope& root) {
                      return model::Autoencoder(config, root);
                    });
}

model::ClipText load_text_encoder(data::ModelDirectory& directory, const Computation& computation) {
  const std::string where = where_of(directory, "text_encoder");
  const auto config = model::ClipTextConfig::from_json(directory.config("text_encoder"), where);
  return load_whole(
      data::with_text_model_prefix(directory.weights("text_encoder")), where, computation.state,
      computation.device,
      [&](const model::WeightScope& root) { return model::ClipText(config, root / "text_model"); },
      model::Conversion::kInProducts);
}

model::ClipModel load_clip(data::ModelDirectory& directory, const Computation& computation) {
  const std::string where = where_of(directory, "");
  const auto config = model::ClipConfig::from_json(directory.config(""), where);
  return load_whole(
      directory.weights(""), where, computation.state, computation.device,
      [&](const model::WeightScope& root) { return model::ClipModel(config, root); },
      model::Conversion::kInProducts);
}

model::BlipModel load_blip(data::ModelDirectory& directory, const Computation& computation) {
  const std::string where = where_of(directory, "");
  const auto config = model::BlipConfig::from_json(directory.config(""), where);
  return load_whole(directory.weights(""), where, computation.state, computation.device,
                    [&](const model::WeightScope& root) { return model::BlipModel(config, root); });
}

void report_left_over(const model::Weights& weights) {
  const std::vector<std::string> left = weights.left_over();
  if (left.empty()) return;
  Log::info(fmt::format("{}: left out {} tensors that the score does not use: {}{}",
                        weights.where(), left.size(), data::printable(left.front()),
                        left.size() > 1 ? ", ..." : ""));
}

}  // namespace rocm::launcher
