// SPDX-License-Identifier: Apache-2.0
#include "launcher/scores/blip_files.hpp"

#include <algorithm>
#include <memory>
#include <system_error>
#include <utility>

#include <ATen/ops/cat.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/upsample_bicubic2d.h>

#include "data/bert_tokenizer.hpp"
#include "data/blip_names.hpp"
#include "data/model_directory.hpp"
#include "data/printable.hpp"
#include "data/weights_file.hpp"
#include "dist/base/contract.hpp"
#include "launcher/model_parts.hpp"
#include "launcher/scores/architecture_hints.hpp"
#include "launcher/scores/head_widths.hpp"
#include "launcher/scores/processor_file.hpp"
#include "launcher/scores/resources.hpp"
#include "launcher/token_ids.hpp"

namespace rocm::launcher {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kCaptionTokens = 35;  // max_length of BLIP's and ImageReward's authors
constexpr const char* kPositions = "vision_model.embeddings.position_embedding";

model::TokenizeBert bert_tokenize(const ScoreSource& source, const fs::path& folder,
                                  const model::BlipTextConfig& config) {
  const at::Device device = source.computation.device;
  const fs::path files =
      tokenizer_folder(folder, {"vocab.txt", "tokenizer.json"}, "bert", source.files);
  data::BertTokenizer published = data::BertTokenizer::open(files);
  // BLIP's authors add two tokens; their embeddings are the last of the network's.
  if (published.vocabulary_size() + 2 == config.vocabulary)
    published = published.with_added({"[DEC]", "[ENC]"});
  return [tokenizer = std::move(published), where = data::printable_path(files), device,
          length = std::min(kCaptionTokens, config.positions),
          vocabulary = config.vocabulary](const std::string& caption) -> model::BertTokens {
    const auto encoding = tokenizer.encode(caption, length);
    const at::Tensor mask = at::tensor(at::ArrayRef<std::int64_t>(encoding.mask), at::kLong);
    return {.ids_BL = token_ids(encoding.ids, vocabulary, where).to(device),
            .mask_BL = mask.unsqueeze(0).to(device)};
  };
}

/// Means and deviations of a folder's own processor; BLIP's processors make pictures square, the
/// scores frame them as their authors do.
model::ImagePreprocess blip_preprocess(data::ModelDirectory& directory,
                                       const model::BlipModel& blip) {
  const std::int64_t tower_size = blip.config().vision.image_size;
  auto file = read_processor_file(directory);
  if (!file) return {.size = tower_size};
  for (const char* key : {"size", "crop_size"}) file->image_processor[key] = tower_size;
  file->image_processor.erase("do_center_crop");
  return model::ImagePreprocess::from_json(file->image_processor, file->where);
}

/// Whose code a file was written by; their vision towers differ in the epsilon of the norms.
double vision_epsilon(const data::NamedTensors& as_stored) {
  const bool salesforce = std::ranges::any_of(as_stored, [](const auto& entry) {
    return entry.first.find("visual_encoder.") != std::string::npos;
  });
  return salesforce ? 1e-6 : 1e-5;
}

model::BlipVisionConfig blip_vision_of(const TensorSizes& sizes, const ArchitectureHints& hints,
                                       double norm_epsilon) {
  const std::string patches = "vision_model.embeddings.patch_embedding.weight";
  const std::string layers = "vision_model.encoder.layers.";
  const std::int64_t width = sizes.size(patches, 0);
  const std::int64_t patch_size = sizes.size(patches, 2);
  return {.width = width,
          .layers = sizes.count(layers, ".layer_norm1.weight"),
          .heads = sizes.heads(hints.vision_heads, width, "vision_heads"),
          .hidden_width = sizes.size(layers + "0.mlp.fc1.weight", 0),
          .image_size =
              hints.image_size.value_or(sizes.image_size(sizes.size(kPositions, 1), patch_size)),
          .patch_size = patch_size,
          .norm_epsilon = norm_epsilon};
}

model::BlipTextConfig blip_text_of(const TensorSizes& sizes, const ArchitectureHints& hints) {
  const std::string embeddings = "text_encoder.embeddings.";
  const std::string layers = "text_encoder.encoder.layer.";
  const std::int64_t width = sizes.size(embeddings + "word_embeddings.weight", 1);
  return {.width = width,
          .layers = sizes.count(layers, ".output.dense.weight"),
          .heads = sizes.heads(hints.text_heads, width, "text_heads"),
          .hidden_width = sizes.size(layers + "0.intermediate.dense.weight", 0),
          .vocabulary = sizes.size(embeddings + "word_embeddings.weight", 0),
          .positions = sizes.size(embeddings + "position_embeddings.weight", 0)};
}

/// The position embedding [1, 1 + P, D] for another number of patches; the class token's stays.
at::Tensor resized_positions(const at::Tensor& positions_1LD, std::int64_t side) {
  const std::int64_t patches = positions_1LD.size(1) - 1;
  const auto old_side = static_cast<std::int64_t>(std::llround(std::sqrt(patches)));
  const at::Tensor grid_1DHW = positions_1LD.narrow(1, 1, patches)
                                   .to(at::kFloat)
                                   .reshape({1, old_side, old_side, -1})
                                   .permute({0, 3, 1, 2});
  const at::Tensor resized_1DHW =
      at::upsample_bicubic2d(grid_1DHW, {side, side}, /*align_corners=*/false);
  const at::Tensor resized_1PD = resized_1DHW.permute({0, 2, 3, 1}).flatten(1, 2);
  return at::cat({positions_1LD.narrow(1, 0, 1).to(at::kFloat), resized_1PD}, 1);
}

void fit_positions(data::NamedTensors& tensors, const model::BlipVisionConfig& config) {
  at::Tensor& positions_1LD = tensors.at(kPositions);
  if (positions_1LD.size(1) != 1 + config.patches())
    positions_1LD = resized_positions(positions_1LD, config.image_size / config.patch_size);
}

/// A weights file alone, with the names of transformers.
struct BlipFile {
  data::NamedTensors tensors;
  model::BlipConfig config;
  std::string where;
};

BlipFile read_blip_file(const ScoreSource& source, const fs::path& path) {
  BlipFile file{.where = data::printable_path(path)};
  source.files.push_back(path);
  const auto hints = read_architecture_hints(path, source.files);
  if (hints.activation == model::Activation::kQuickGelu)
    fail(ExitCode::kInput, {.where = file.where + ".json",
                            .problem = "activation is quick_gelu",
                            .because = "BLIP has another",
                            .advice = "remove the key"});
  const auto as_stored = data::read_weights_file(path);
  file.tensors = data::with_transformers_blip_names(as_stored);
  const TensorSizes sizes(file.tensors, file.where);
  file.config = {.vision = blip_vision_of(sizes, hints, vision_epsilon(as_stored)),
                 .text = blip_text_of(sizes, hints),
                 .embedding_width = sizes.size("vision_proj.weight", 0)};
  fit_positions(file.tensors, file.config.vision);
  return file;
}

model::Weights weights_of(const BlipFile& file, const Computation& computation) {
  return {file.tensors, file.where, computation.state, computation.device};
}

BlipFiles load_blip_file(const ScoreSource& source, const fs::path& path) {
  const BlipFile file = read_blip_file(source, path);
  model::Weights weights = weights_of(file, source.computation);
  model::BlipModel blip(file.config, model::WeightScope(weights));
  report_left_over(weights);
  return {.blip = std::move(blip),
          .preprocess = {.size = file.config.vision.image_size},
          .tokenize = bert_tokenize(source, path.parent_path(), file.config.text)};
}

BlipFiles load_blip_folder(const ScoreSource& source, const std::string& path) {
  auto directory = data::ModelDirectory::open(path);
  model::BlipModel blip = load_blip(directory, source.computation);
  const auto preprocess = blip_preprocess(directory, blip);
  source.files.insert(source.files.end(), directory.files().begin(), directory.files().end());
  const model::BlipTextConfig text = blip.config().text;
  return {.blip = std::move(blip),
          .preprocess = preprocess,
          .tokenize = bert_tokenize(source, directory.root(), text)};
}

}  // namespace

BlipFiles load_blip_files(const ScoreSource& source, const std::string& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored) ? load_blip_folder(source, path)
                                         : load_blip_file(source, path);
}

ImageRewardFiles load_imagereward_file(const ScoreSource& source, const std::string& path) {
  const BlipFile file = read_blip_file(source, path);
  model::Weights weights = weights_of(file, source.computation);
  const model::WeightScope root(weights);
  model::BlipModel blip(file.config, root);
  model::AffineHead head(root / "mlp",
                         head_widths(file.tensors, "mlp.", file.config.text.width, file.where));
  report_left_over(weights);
  return {
      .blip = {.blip = std::move(blip),
               .preprocess = {.size = file.config.vision.image_size},
               .tokenize = bert_tokenize(source, fs::path(path).parent_path(), file.config.text)},
      .head = std::move(head)};
}

}  // namespace rocm::launcher
