// SPDX-License-Identifier: Apache-2.0
#include "data/architecture.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "data/architecture_parts.hpp"

namespace rocm::data {
namespace {

using Description = std::optional<std::string>;

/// The family, by the width of the text that the U-Net listens to.
std::string stable_diffusion(std::int64_t text_width) {
  switch (text_width) {
    case 768:
      return "Stable Diffusion 1.x";
    case 1024:
      return "Stable Diffusion 2.x";
    case 2048:
      return "Stable Diffusion XL";
    default:
      return fmt::format("text width {}", text_width);
  }
}

Description unet(const TensorShapes& shapes) {
  const ShapeFinder find(shapes);
  const std::int64_t text_width = find.length_behind("attn2.to_k.weight", 1);
  if (!find.has("time_embedding.linear_1.weight") || text_width == 0) return {};
  std::string text = fmt::format("U-Net, {}", stable_diffusion(text_width));
  if (find.has("time_embedding.cond_proj.weight")) text += ", latent consistency model";
  if (const auto channels = find.length("conv_in.weight", 1); channels != 4)
    text += fmt::format(", {} input channels", channels);
  return text;
}

Description autoencoder(const TensorShapes& shapes) {
  const ShapeFinder find(shapes);
  if (!find.has("encoder.conv_in.weight") || !find.has("decoder.conv_in.weight")) return {};
  const bool old = find.has_behind(".attentions.0.query.weight");
  return fmt::format("VAE (AutoencoderKL), {} latent channels{}",
                     find.length("decoder.conv_in.weight", 1),
                     old ? ", names of diffusers before 0.18" : "");
}

/// Everything in one file, as Stable Diffusion was first published.
Description original_checkpoint(const TensorShapes& shapes) {
  const ShapeFinder find(shapes);
  if (!find.has_before("model.diffusion_model.")) return {};
  return "Stable Diffusion in one file, the original layout (convert it to a diffusers folder)";
}

/// LAION's "improved aesthetic predictor": five linear layers, dropout between them.
Description aesthetic_head(const TensorShapes& shapes) {
  const ShapeFinder find(shapes);
  const bool fits = find.shape("layers.7.weight") == std::vector<std::int64_t>{1, 16} &&
                    find.length("layers.0.weight", 0) == 1024;
  if (!fits) return {};
  return fmt::format("aesthetic head, for CLIP embeddings of width {}",
                     find.length("layers.0.weight", 1));
}

Description optimizer_state(const TensorShapes& shapes) {
  const bool ours = !shapes.empty() && ShapeFinder(shapes).has_before("master.");
  return ours ? Description("optimizer state of a checkpoint") : std::nullopt;
}

Description replay(const TensorShapes& shapes) {
  const auto z = shapes.size() == 1 ? ShapeFinder(shapes).shape("z") : std::vector<std::int64_t>{};
  if (z.size() == 5)
    return fmt::format("noise to replay, {} draws for {} samples of {} x {} x {}", z[0], z[1], z[2],
                       z[3], z[4]);
  if (z.size() == 6)
    return fmt::format("noise to replay, {} iterations of {} draws for {} samples of {} x {} x {}",
                       z[0], z[1], z[2], z[3], z[4], z[5]);
  return {};
}

Description dumped_tensors(const TensorShapes& shapes) {
  const ShapeFinder find(shapes);
  const bool ours = find.has("timesteps") && find.has("sigma") && find.has("latent");
  if (!ours) return {};
  return find.has_before("gradient.") ? "tensors that probe wrote" : "tensors that sample wrote";
}

/// The first that fits counts: the networks with the most telling names stand first.
constexpr std::array kDescribers = {optimizer_state, dumped_tensors, describe_adapter,    replay,
                                    describe_blip,   describe_clip,  original_checkpoint, unet,
                                    autoencoder,     aesthetic_head};

}  // namespace

std::string architecture_of(const TensorShapes& shapes) {
  for (const auto& describer : kDescribers) {
    if (const Description description = describer(shapes)) return *description;
  }
  return "unknown";
}

}  // namespace rocm::data
