// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace rocm::data {

/// What a weights file says without its numbers: shapes by name.
using TensorShapes = std::map<std::string, std::vector<std::int64_t>, std::less<>>;

/// Which network the tensors are of, in words: "CLIP ViT-H/14, open_clip names". Told by names and
/// shapes as diffusers, transformers, OpenAI's CLIP, open_clip, Salesforce's BLIP, kohya and PEFT
/// give them, and by those of our own files; sizes that were never published are told in numbers.
/// "unknown" for anything else. Only says what a file seems to be: whoever loads it checks every
/// tensor. Source: the tensor lists in tests/golden/keys, made with the reference classes.
[[nodiscard]] std::string architecture_of(const TensorShapes& shapes);

}  // namespace rocm::data
