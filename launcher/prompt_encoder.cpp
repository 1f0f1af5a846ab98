// SPDX-License-Identifier: Apache-2.0
#include "launcher/prompt_encoder.hpp"

#include <algorithm>
#include <vector>

#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>

#include "launcher/model_parts.hpp"
#include "launcher/token_ids.hpp"

namespace rocm::launcher {

PromptEncoder::PromptEncoder(data::ModelDirectory& directory, const Computation& computation)
    : tokenizer_(data::ClipTokenizer::open(directory.folder("tokenizer"))),
      text_encoder_(load_text_encoder(directory, computation)),
      device_(computation.device) {
}

at::Tensor PromptEncoder::encode(const std::string& prompt) const {
  const at::NoGradGuard no_grad;
  const std::int64_t length =
      std::min(tokenizer_.model_max_length(), text_encoder_.config().positions);
  return text_encoder_(token_ids(tokenizer_, prompt, length).to(device_)).hidden_BLD;
}

at::Tensor PromptEncoder::operator()(std::span<const std::string> prompts) {
  std::vector<at::Tensor> embeddings_1LD;
  for (const std::string& prompt : prompts) {
    auto known = known_1LD_.find(prompt);
    if (known == known_1LD_.end()) known = known_1LD_.emplace(prompt, encode(prompt)).first;
    embeddings_1LD.push_back(known->second);
  }
  return at::cat(embeddings_1LD);
}

}  // namespace rocm::launcher
