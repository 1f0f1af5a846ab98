// SPDX-License-Identifier: Apache-2.0
#include "launcher/scores/clip_files.hpp"

#include <memory>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "data/clip_names.hpp"
#include "data/clip_tokenizer.hpp"
#include "data/model_directory.hpp"
#include "data/printable.hpp"
#include "data/weights_file.hpp"
#include "dist/base/contract.hpp"
#include "launcher/model_parts.hpp"
#include "launcher/scores/architecture_hints.hpp"
#include "launcher/scores/processor_file.hpp"
#include "launcher/scores/resources.hpp"
#include "launcher/token_ids.hpp"

namespace rocm::launcher {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kLargestVitWidth = 1280;  // ViT-H/14: heads of 80
constexpr std::int64_t kLargestVitHeads = 16;

fs::path clip_tokenizer_of(const ScoreSource& source, const fs::path& folder) {
  return tokenizer_folder(folder, {"vocab.json", "tokenizer.json"}, "clip", source.files);
}

/// A folder that does not say how is preprocessed as CLIP is, at its tower's size.
model::ImagePreprocess preprocess_of(data::ModelDirectory& directory,
                                     const model::ClipModel& clip) {
  const std::int64_t tower_size = clip.config().vision.image_size;
  const auto file = read_processor_file(directory);
  if (!file) return {.size = tower_size};
  const auto preprocess = model::ImagePreprocess::from_json(file->image_processor, file->where);
  if (preprocess.size == tower_size) return preprocess;
  fail(ExitCode::kInput,
       {.where = file->where,
        .problem = fmt::format("pictures are cropped to {} pixels", preprocess.size),
        .because = fmt::format("the vision tower takes {}", tower_size),
        .advice = "use the preprocessor_config.json that belongs to the model"});
}

ClipFiles load_clip_folder(const ScoreSource& source, const std::string& path) {
  auto directory = data::ModelDirectory::open(path);
  model::ClipModel clip = load_clip(directory, source.computation);
  const auto preprocess = preprocess_of(directory, clip);
  source.files.insert(source.files.end(), directory.files().begin(), directory.files().end());
  return {.clip = std::move(clip),
          .preprocess = preprocess,
          .tokenizer = clip_tokenizer_of(source, directory.root())};
}

model::ClipEncoderConfig clip_encoder_of(const TensorSizes& sizes, const std::string& tower,
                                         std::int64_t width) {
  const std::string layers = tower + ".encoder.layers.";
  return {.width = width,
          .layers = sizes.count(layers, ".layer_norm1.weight"),
          .hidden_width = sizes.size(layers + "0.mlp.fc1.weight", 0)};
}

model::ClipVisionConfig clip_vision_of(const TensorSizes& sizes, const ArchitectureHints& hints) {
  const std::string embeddings = "vision_model.embeddings.";
  const std::int64_t width = sizes.size(embeddings + "class_embedding", 0);
  const std::int64_t patch_size = sizes.size(embeddings + "patch_embedding.weight", 2);
  const std::int64_t positions = sizes.size(embeddings + "position_embedding.weight", 0);
  model::ClipVisionConfig config{
      .encoder = clip_encoder_of(sizes, "vision_model", width),
      .image_size = hints.image_size.value_or(sizes.image_size(positions, patch_size)),
      .patch_size = patch_size};
  const bool largest = width == kLargestVitWidth && !hints.vision_heads;
  config.encoder.heads =
      largest ? kLargestVitHeads : sizes.heads(hints.vision_heads, width, "vision_heads");
  return config;
}

model::ClipTextConfig clip_text_of(const TensorSizes& sizes, const ArchitectureHints& hints) {
  const std::string embeddings = "text_model.embeddings.";
  const std::int64_t width = sizes.size(embeddings + "token_embedding.weight", 1);
  model::ClipTextConfig config{
      .encoder = clip_encoder_of(sizes, "text_model", width),
      .vocabulary = sizes.size(embeddings + "token_embedding.weight", 0),
      .positions = sizes.size(embeddings + "position_embedding.weight", 0),
      .end_token = 2};  // as OpenAI pools: at the largest id, which is the end token's
  config.encoder.heads = sizes.heads(hints.text_heads, width, "text_heads");
  return config;
}

model::ClipConfig clip_config_of(const TensorSizes& sizes, const ArchitectureHints& hints,
                                 model::Activation fallback) {
  model::ClipConfig config{.text = clip_text_of(sizes, hints),
                           .vision = clip_vision_of(sizes, hints),
                           .embedding_width = sizes.size("visual_projection.weight", 0)};
  config.text.encoder.activation = hints.activation.value_or(fallback);
  config.vision.encoder.activation = hints.activation.value_or(fallback);
  return config;
}

ClipFiles load_clip_file(const ScoreSource& source, const fs::path& path,
                         model::Activation fallback) {
  const std::string where = data::printable_path(path);
  source.files.push_back(path);
  const auto hints = read_architecture_hints(path, source.files);
  auto tensors = data::with_transformers_clip_names(data::read_weights_file(path));
  const auto config = clip_config_of(TensorSizes(tensors, where), hints, fallback);
  model::Weights weights(std::move(tensors), where, source.computation.state,
                         source.computation.device, model::Conversion::kInProducts);
  model::ClipModel clip(config, model::WeightScope(weights));
  report_left_over(weights);
  return {.clip = std::move(clip),
          .preprocess = {.size = config.vision.image_size},
          .tokenizer = clip_tokenizer_of(source, path.parent_path())};
}

}  // namespace

ClipFiles load_clip_files(const ScoreSource& source, const std::string& path,
                          model::Activation fallback) {
  std::error_code ignored;
  return fs::is_directory(path, ignored) ? load_clip_folder(source, path)
                                         : load_clip_file(source, path, fallback);
}

std::unique_ptr<model::Score> make_clip_reward(const ScoreSource& source, ClipFiles files,
                                               model::Tokenize tokenize, model::CosineScale scale) {
  files.preprocess.tensor_resize = source.resize;
  return std::make_unique<model::ClipReward>(source.name, std::move(files.clip), files.preprocess,
                                             std::move(tokenize), scale);
}

model::Tokenize clip_tokenize(const ClipFiles& files, const ScoreSource& source) {
  const model::ClipTextConfig& config = files.clip.config().text;
  return [tokenizer = data::ClipTokenizer::open(files.tokenizer), length = config.positions,
          vocabulary = config.vocabulary, where = data::printable_path(files.tokenizer),
          device = source.computation.device](const std::string& caption) {
    return token_ids(tokenizer.encode(caption, length), vocabulary, where).to(device);
  };
}

}  // namespace rocm::launcher
