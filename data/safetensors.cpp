// SPDX-License-Identifier: Apache-2.0
#include "data/safetensors.hpp"

#include <utility>

#include <fmt/format.h>

#include "data/printable.hpp"
#include "data/tensor_view.hpp"
#include "dist/base/contract.hpp"

namespace rocm::data {
namespace {

void check_type(const TensorInfo& info, const std::filesystem::path& path) {
  if (info.dtype->scalar_type) return;
  fail(ExitCode::kInput,
       {.where = printable_path(path),
        .problem = fmt::format("tensor \"{}\" is {}", printable(info.name), info.dtype->name),
        .because = "there is no arithmetic for that type here",
        .advice = "convert the weights to F32, F16 or BF16"});
}

void check_truth_values(std::span<const std::byte> bytes, const TensorInfo& info,
                        const std::filesystem::path& path) {
  if (info.dtype->scalar_type != at::kBool) return;
  if (are_truth_values(bytes)) return;
  fail(ExitCode::kInput,
       {.where = printable_path(path),
        .problem = fmt::format("tensor \"{}\" of BOOL holds other bytes", printable(info.name)),
        .because = "a truth value is 0 or 1",
        .advice = "fetch or write the file again"});
}

}  // namespace

SafetensorsFile SafetensorsFile::open(const std::filesystem::path& path) {
  return {path, MappedFile::open(path)};
}

SafetensorsFile::SafetensorsFile(std::filesystem::path path, std::shared_ptr<const MappedFile> file)
    : path_(std::move(path)),
      file_(std::move(file)),
      header_(parse_safetensors_header(file_->bytes(), printable_path(path_))) {
  for (std::size_t i = 0; i < header_.tensors.size(); ++i) index_[header_.tensors[i].name] = i;
}

at::Tensor SafetensorsFile::tensor(std::string_view name) const {
  const auto found = index_.find(name);
  if (found == index_.end()) {
    fail(ExitCode::kInput, {.where = printable_path(path_),
                            .problem = fmt::format("there is no tensor \"{}\"", printable(name)),
                            .because = fmt::format("it holds {} others", index_.size()),
                            .advice = "name a file that holds it"});
  }
  const TensorInfo& info = header_.tensors[found->second];
  const auto bytes =
      file_->bytes().subspan(header_.buffer_begin + info.begin, info.end - info.begin);
  check_type(info, path_);
  check_truth_values(bytes, info, path_);
  return tensor_over(bytes, info.shape, *info.dtype->scalar_type, file_);
}

NamedTensors SafetensorsFile::all() const {
  NamedTensors tensors;
  for (const TensorInfo& info : header_.tensors) tensors.emplace(info.name, tensor(info.name));
  return tensors;
}

}  // namespace rocm::data
