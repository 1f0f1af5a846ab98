// SPDX-License-Identifier: Apache-2.0
#include "data/safetensors_writer.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "data/atomic_file.hpp"
#include "data/safetensors_dtype.hpp"
#include "dist/base/contract.hpp"

namespace rocm::data {
namespace {

struct Entry {
  std::string name;
  const SafetensorsDtype* dtype = nullptr;
  at::Tensor tensor;
};

/// In the order of the file: widest types first, so that every tensor is aligned; then by name.
std::vector<Entry> ordered(const NamedTensors& tensors) {
  std::vector<Entry> entries;
  for (const auto& [name, tensor] : tensors) {
    const SafetensorsDtype* dtype = find_safetensors_dtype(tensor.scalar_type());
    expects(dtype != nullptr, "a tensor type that safetensors can store");
    expects(name != "__metadata__", "a tensor's name other than __metadata__");
    entries.push_back({name, dtype, tensor});
  }
  std::ranges::stable_sort(entries, std::ranges::greater{},
                           [](const Entry& entry) { return entry.dtype->order; });
  return entries;
}

/// Quoted, and escaped as the reference library does; throws for text that is not UTF-8.
std::string quoted(const std::string& text) {
  return nlohmann::json(text).dump();
}

std::string header_of(const std::vector<Entry>& entries,
                      const std::map<std::string, std::string>& metadata) {
  std::vector<std::string> fields;
  if (!metadata.empty()) fields.push_back("\"__metadata__\":" + nlohmann::json(metadata).dump());
  std::size_t begin = 0;
  for (const Entry& entry : entries) {
    const std::size_t end = begin + entry.tensor.nbytes();
    fields.push_back(fmt::format(R"({}:{{"dtype":"{}","shape":[{}],"data_offsets":[{},{}]}})",
                                 quoted(entry.name), entry.dtype->name,
                                 fmt::join(entry.tensor.sizes(), ","), begin, end));
    begin = end;
  }
  std::string header = fmt::format("{{{}}}", fmt::join(fields, ","));
  header.resize((header.size() + 7) / 8 * 8, ' ');  // so that the data begin aligned
  return header;
}

std::size_t total_bytes(const std::vector<Entry>& entries) {
  std::size_t total = 0;
  for (const Entry& entry : entries) total += entry.tensor.nbytes();
  return total;
}

void append_tensor(AtomicFile& file, const at::Tensor& tensor) {
  const at::Tensor plain = tensor.detach().cpu().resolve_conj().resolve_neg().contiguous();
  file.append({static_cast<const std::byte*>(plain.const_data_ptr()), plain.nbytes()});
}

}  // namespace

void write_safetensors(const std::filesystem::path& path, const NamedTensors& tensors,
                       const std::map<std::string, std::string>& metadata) {
  const std::vector<Entry> entries = ordered(tensors);
  const std::string header = header_of(entries, metadata);
  const std::uint64_t length_B = header.size();
  std::array<std::byte, sizeof(length_B)> length = {};
  std::memcpy(length.data(), &length_B, sizeof(length_B));  // little-endian machines only
  AtomicFile file(path, sizeof(length_B) + length_B + total_bytes(entries));
  file.append(length);
  file.append(header);
  for (const Entry& entry : entries) append_tensor(file, entry.tensor);
  file.commit();
}

}  // namespace rocm::data
