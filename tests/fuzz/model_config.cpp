// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>

#include "data/json_file.hpp"
#include "model/autoencoder_config.hpp"
#include "model/clip_config.hpp"
#include "model/noise_schedule.hpp"
#include "model/unet_config.hpp"
#include "tests/fuzz/hostile_input.hpp"

namespace rocm::fuzz {
namespace {

template <class Config>
void read_as(const nlohmann::json& json) {
  read_or_refuse([&] { (void)Config::from_json(json, "config.json"); });
}

}  // namespace

/// config.json of every model, and scheduler_config.json.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  read_or_refuse([&] {
    const nlohmann::json json = data::parse_json(text_of(bytes, size), "config.json");
    read_as<model::UNetConfig>(json);
    read_as<model::AutoencoderConfig>(json);
    read_as<model::ClipConfig>(json);
    read_as<model::ClipTextConfig>(json);
    read_as<model::NoiseScheduleConfig>(json);
  });
  return 0;
}

}  // namespace rocm::fuzz
