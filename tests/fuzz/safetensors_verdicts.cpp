// SPDX-License-Identifier: Apache-2.0
// Says of many safetensors files what our reader makes of them. Standard input: each file's length
// (64 bits, little-endian), then its bytes. Standard output, a line each: JSON, {"refused": why} or
// {"metadata": {...}, "tensors": [{"name", "dtype", "shape", "begin", "end"}]}, offsets in the
// file.
#include <cstdint>
#include <iostream>
#include <span>
#include <string>

#include <nlohmann/json.hpp>

#include "data/safetensors_header.hpp"
#include "dist/base/contract.hpp"

namespace {

nlohmann::json verdict_on(const std::string& file) {
  try {
    const auto header =
        rocm::data::parse_safetensors_header(std::as_bytes(std::span(file)), "file");
    nlohmann::json tensors = nlohmann::json::array();
    for (const rocm::data::TensorInfo& tensor : header.tensors)
      tensors.push_back({{"name", tensor.name},
                         {"dtype", tensor.dtype->name},
                         {"shape", tensor.shape},
                         {"begin", header.buffer_begin + tensor.begin},
                         {"end", header.buffer_begin + tensor.end}});
    return {{"metadata", header.metadata}, {"tensors", tensors}};
  } catch (const rocm::Failure& failure) {
    return {{"refused", failure.what()}};
  }
}

}  // namespace

int main() {
  std::uint64_t length_B = 0;
  while (std::cin.read(reinterpret_cast<char*>(&length_B), sizeof(length_B))) {
    std::string file(length_B, '\0');
    std::cin.read(file.data(), static_cast<std::streamsize>(length_B));
    std::cout << verdict_on(file).dump(-1, ' ', /*ensure_ascii=*/true) << '\n' << std::flush;
  }
}
