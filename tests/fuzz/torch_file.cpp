// SPDX-License-Identifier: Apache-2.0
#include "data/torch_file.hpp"

#include <cstddef>
#include <cstdint>

#include "tests/fuzz/hostile_input.hpp"
#include "tests/support/scratch_folder.hpp"

namespace rocm::fuzz {

/// A file of torch.save: the zip archive, the pickle in it and its tensors.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const test::ScratchFolder folder;
  read_or_refuse([&] { (void)data::read_torch_file(folder.write("f.pt", text_of(bytes, size))); });
  return 0;
}

}  // namespace rocm::fuzz
