// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace rocm::data {

/// Throws Failure(kInput) unless the content of `tokenizer.json` describes the computation that
/// ClipTokenizer does: its normalizer, its pre-tokenizer and a BPE model with the suffix `</w>`.
void require_clip_form(const nlohmann::json& tokenizer, const std::string& where);

/// Throws Failure(kInput) when `tokenizer_config.json` names another tokenizer (GPT-2's and
/// RoBERTa's have files of the same names but cut words differently).
void require_clip_class(const nlohmann::json& config, const std::string& where);

}  // namespace rocm::data
