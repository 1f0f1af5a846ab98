// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>
#include <ATen/ops/cat.h>

namespace rocm::model {

/// What a text encoder makes of captions, computed once per caption, alone, so that it depends on
/// nothing else.
class CaptionMemory {
 public:
  /// encode(caption) [1, ...] of every caption, in one tensor [B, ...].
  template <class Encode>
  [[nodiscard]] at::Tensor operator()(std::span<const std::string> captions, const Encode& encode) {
    std::vector<at::Tensor> features;
    for (const std::string& caption : captions) {
      auto known = known_.find(caption);
      if (known == known_.end()) known = known_.emplace(caption, encode(caption)).first;
      features.push_back(known->second);
    }
    return at::cat(features);
  }

 private:
  std::map<std::string, at::Tensor> known_;
};

}  // namespace rocm::model
