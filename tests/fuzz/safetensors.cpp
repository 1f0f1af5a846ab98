// SPDX-License-Identifier: Apache-2.0
#include "data/safetensors.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

#include "tests/fuzz/hostile_input.hpp"
#include "tests/support/scratch_folder.hpp"

namespace rocm::fuzz {

/// A safetensors file: its header in memory, and what passes once more as a file, with its tensors.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const test::ScratchFolder folder;
  read_or_refuse([&] {
    (void)data::parse_safetensors_header(std::as_bytes(std::span(bytes, size)), "f");
    (void)data::SafetensorsFile::open(folder.write("f.safetensors", text_of(bytes, size))).all();
  });
  return 0;
}

}  // namespace rocm::fuzz
