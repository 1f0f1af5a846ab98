// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "data/mapped_file.hpp"
#include "data/named_tensors.hpp"
#include "data/safetensors_header.hpp"

namespace rocm::data {

/// A safetensors file, verified when opened. Its tensors view the mapped bytes and keep the mapping
/// alive; they must not be written to.
class SafetensorsFile {
 public:
  /// Throws Failure(kInput) for every breach of the format (parse_safetensors_header).
  [[nodiscard]] static SafetensorsFile open(const std::filesystem::path& path);

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  /// The header's `__metadata__`; empty when it has none.
  [[nodiscard]] const std::map<std::string, std::string>& metadata() const {
    return header_.metadata;
  }

  /// In the order of their bytes.
  [[nodiscard]] const std::vector<TensorInfo>& tensors() const { return header_.tensors; }

  [[nodiscard]] bool contains(std::string_view name) const { return index_.contains(name); }

  /// A CPU tensor, contiguous; a copy only when the file does not align it. Throws Failure(kInput)
  /// when there is none of that name, or of a type that LibTorch cannot compute with.
  [[nodiscard]] at::Tensor tensor(std::string_view name) const;

  [[nodiscard]] NamedTensors all() const;

 private:
  SafetensorsFile(std::filesystem::path path, std::shared_ptr<const MappedFile> file);

  std::filesystem::path path_;
  std::shared_ptr<const MappedFile> file_;
  SafetensorsHeader header_;
  std::map<std::string, std::size_t, std::less<>> index_;  ///< name -> position in tensors()
};

}  // namespace rocm::data
