// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include <ATen/core/Tensor.h>

#include "data/clip_tokenizer.hpp"
#include "data/model_directory.hpp"
#include "launcher/computation.hpp"
#include "model/caption_memory.hpp"
#include "model/clip_text.hpp"

namespace rocm::launcher {

/// Prompts to the embeddings that the U-Net attends to, [B, L, D]: the text encoder's last hidden
/// state at every position, padding included. Each prompt is encoded alone and once, so that its
/// embedding depends on nothing else.
class PromptEncoder {
 public:
  /// Reads the folder's `tokenizer` and `text_encoder`. Throws Failure(kInput).
  PromptEncoder(data::ModelDirectory& directory, const Computation& computation);

  [[nodiscard]] at::Tensor operator()(std::span<const std::string> prompts);

 private:
  [[nodiscard]] at::Tensor encode(const std::string& prompt) const;

  data::ClipTokenizer tokenizer_;
  model::ClipText text_encoder_;
  at::Device device_;
  std::string where_;
  model::CaptionMemory known_1LD_;
};

}  // namespace rocm::launcher
