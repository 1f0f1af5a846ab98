// SPDX-License-Identifier: Apache-2.0
#include "launcher/prompt_encoder.hpp"

#include <algorithm>

#include <ATen/core/grad_mode.h>

#include "data/tokenizer_files.hpp"
#include "launcher/model_parts.hpp"
#include "launcher/token_ids.hpp"

namespace rocm::launcher {

PromptEncoder::PromptEncoder(data::ModelDirectory& directory, const Computation& computation)
    : tokenizer_(data::ClipTokenizer::open(directory.folder("tokenizer"))),
      text_encoder_(load_text_encoder(directory, computation)),
      device_(computation.device),
      where_(directory.folder("text_encoder").string()) {
  for (const auto& file : data::tokenizer_files(directory.folder("tokenizer")))
    directory.note(file);
}

at::Tensor PromptEncoder::encode(const std::string& prompt) const {
  const at::NoGradGuard no_grad;
  const model::ClipTextConfig& config = text_encoder_.config();
  const std::int64_t length = std::min(tokenizer_.model_max_length(), config.positions);
  const at::Tensor ids_1L = token_ids(tokenizer_.encode(prompt, length), config.vocabulary, where_);
  return text_encoder_(ids_1L.to(device_)).hidden_BLD;
}

at::Tensor PromptEncoder::operator()(std::span<const std::string> prompts) {
  return known_1LD_(prompts, [this](const std::string& prompt) { return encode(prompt); });
}

}  // namespace rocm::launcher
