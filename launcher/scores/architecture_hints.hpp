// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "data/named_tensors.hpp"
#include "model/ops/activation.hpp"

namespace rocm::launcher {

/// What a weights file does not say of its network, from `<weights file>.json` beside it:
/// {"vision_heads": 2, "text_heads": 2, "image_size": 32, "activation": "gelu"}, each optional.
struct ArchitectureHints {
  std::optional<std::int64_t> vision_heads;
  std::optional<std::int64_t> text_heads;
  std::optional<std::int64_t> image_size;  ///< pixels
  std::optional<model::Activation> activation;
};

/// Empty where there is no such file. Throws Failure(kInput) for unknown keys and wrong values.
[[nodiscard]] ArchitectureHints read_architecture_hints(const std::filesystem::path& weights_file,
                                                        std::vector<std::filesystem::path>& files);

/// The sizes of a network as its tensors have them. Throws Failure(kInput) naming `where`.
class TensorSizes {
 public:
  TensorSizes(const data::NamedTensors& tensors, std::string where)
      : tensors_(tensors), where_(std::move(where)) {}

  [[nodiscard]] std::int64_t size(const std::string& name, std::int64_t dimension) const;

  /// How many of `<prefix>0<suffix>`, `<prefix>1<suffix>`, ... there are, at least one.
  [[nodiscard]] std::int64_t count(const std::string& prefix, const std::string& suffix) const;

  /// What was given, else one head for every 64 numbers of width, as nearly everybody has it.
  [[nodiscard]] std::int64_t heads(std::optional<std::int64_t> given, std::int64_t width,
                                   const char* key) const;

  /// Pixels of a square picture that gives `positions` tokens, the class token among them.
  [[nodiscard]] std::int64_t image_size(std::int64_t positions, std::int64_t patch_size) const;

 private:
  [[noreturn]] void refuse(const std::string& problem, const std::string& because) const;

  const data::NamedTensors& tensors_;
  std::string where_;
};

}  // namespace rocm::launcher
