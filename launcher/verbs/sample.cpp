// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <memory>

#include <ATen/core/grad_mode.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "data/atomic_file.hpp"
#include "data/image_file.hpp"
#include "data/image_grid.hpp"
#include "data/prompt_order.hpp"
#include "data/prompts.hpp"
#include "data/run/folders.hpp"
#include "data/safetensors_writer.hpp"
#include "dist/base/contract.hpp"
#include "dist/base/log.hpp"
#include "launcher/config_io.hpp"
#include "launcher/fixed_adapter.hpp"
#include "launcher/gallery.hpp"
#include "launcher/machine.hpp"
#include "launcher/noise_source.hpp"
#include "launcher/picture_drawer.hpp"
#include "launcher/sample_settings.hpp"
#include "launcher/tensor_dump.hpp"
#include "launcher/threads.hpp"
#include "launcher/verbs/verbs.hpp"
#include "model/roll_out.hpp"

namespace rocm::launcher {
namespace {

constexpr std::size_t kMostTiles = 64;  // pictures
constexpr int kGridColumns = 8;

std::unique_ptr<NoiseSource> noise_source(const SampleRequest& request, const Config& config,
                                          const Generator& generator, std::int64_t images) {
  const NoiseShape shape = noise_shape(generator);
  if (request.noise) return std::make_unique<ReplayedNoise>(*request.noise, shape, images, 1);
  return std::make_unique<KeyedNoise>(static_cast<std::uint64_t>(config.run.seed), shape);
}

/// A size that cannot be decoded is refused before the system kills us: the decoder holds at least
/// two maps of its widest kind at full resolution.
void require_room_to_decode(const Generator& generator, const Computation& computation) {
  if (!computation.device.is_cpu()) return;
  const auto& config = generator.decode.autoencoder().config();
  const auto [channels, height, width] = generator.latent_CHW;
  const std::int64_t pixels = height * width * config.downscale() * config.downscale();
  const auto needed_B = 2.0 * static_cast<double>(pixels * config.channels.front()) *
                        static_cast<double>(at::elementSize(computation.state));
  const auto free_B = static_cast<double>(this_machine().free_bytes);
  if (needed_B <= free_B) return;
  fail(ExitCode::kOutOfMemory,
       {.where = "model.resolution",
        .problem = fmt::format("{} x {} pixels do not fit into memory", height * config.downscale(),
                               width * config.downscale()),
        .because = fmt::format("decoding takes more than {:.1f} GB, and {:.1f} GB are free",
                               needed_B / 1e9, free_B / 1e9),
        .advice = "choose a smaller resolution"});
}

/// Writes pictures as they come, and the index and the grid at the end.
class Album {
 public:
  explicit Album(std::filesystem::path folder) : folder_(std::move(folder)) {
    data::make_folders(folder_);
  }

  void add(std::int64_t sample, const std::string& prompt, const at::Tensor& pixels_HWC) {
    const std::string name = fmt::format("{:06}.png", sample);
    data::Image image = image_of(pixels_HWC);
    data::write_png(folder_ / name, image);
    const nlohmann::ordered_json line{{"image", name}, {"prompt", prompt}, {"sample_id", sample}};
    index_ += line.dump() + "\n";
    if (tiles_.size() < kMostTiles) tiles_.push_back(std::move(image));
  }

  void finish() const {
    data::write_atomically(folder_ / "index.jsonl", index_);
    data::write_png(folder_ / "grid.png", data::make_grid(tiles_, kGridColumns));
  }

 private:
  std::filesystem::path folder_;
  std::string index_;
  std::vector<data::Image> tiles_;
};

}  // namespace

ExitCode execute(const SampleRequest& request) {
  const at::NoGradGuard no_grad;
  const Config config = sample_settings({.model = request.model,
                                         .prompts = request.prompts,
                                         .config = request.config,
                                         .overrides = request.overrides});
  use_threads(config.run.threads);
  const Computation computation = computation_of(config.model, 0);
  const auto prompts = data::read_prompts(request.prompts);
  auto [generator, adapter] =
      load_adapted_generator(config.model, computation, request.lora, request.lora_scale);
  require_room_to_decode(generator, computation);
  const auto num_prompts = static_cast<std::int64_t>(prompts.lines.size());
  const std::int64_t images = request.noise ? samples_in_replay(*request.noise) : num_prompts;
  const auto noise = noise_source(request, config, generator, images);

  if (request.tensors) data::require_writable_place(*request.tensors);
  Album album(request.output);
  TensorDump dump(generator.policy.schedule());
  for (std::int64_t sample = 0; sample < images; ++sample) {
    const auto row = static_cast<std::size_t>(data::replayed_prompt_of(sample, num_prompts));
    const at::Tensor text_BLD = generator.encode({&prompts.lines[row], 1});
    const at::Tensor z_NBCHW = noise->z_NCHW(kSamplingStep, sample).unsqueeze(1);
    const auto trajectory = model::roll_out(generator.policy, adapter ? &*adapter : nullptr,
                                            text_BLD, z_NBCHW.to(computation.state_options()));
    const at::Tensor image_BCHW = generator.decode(trajectory.sample_BCHW);
    require_finite(image_BCHW, sample);
    album.add(sample, prompts.lines[row], model::to_pixels_BHWC(image_BCHW)[0]);
    if (request.tensors) dump.add(trajectory, image_BCHW, text_BLD);
  }
  album.finish();
  if (request.tensors) data::write_safetensors(*request.tensors, dump.tensors());
  Log::info(fmt::format("{} pictures in {}", images, request.output.string()));
  return ExitCode::kOk;
}

}  // namespace rocm::launcher
