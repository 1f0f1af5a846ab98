// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <vector>

#include "data/lora_file.hpp"
#include "tests/fuzz/hostile_input.hpp"
#include "tests/support/scratch_folder.hpp"

namespace rocm::fuzz {
namespace {

/// The layers of the network that adapters are read for.
const std::vector<std::string>& layers() {
  static const std::vector<std::string> names = {"mid.to_q", "mid.to_out.0", "conv_in"};
  return names;
}

}  // namespace

/// An adapter: a safetensors file and, unless nothing stands before the first NUL byte, the
/// adapter_config.json beside it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const test::ScratchFolder folder;
  const auto parts = parts_of(text_of(bytes, size), 2);
  const std::filesystem::path name = parts[0].empty() ? "alone" : "configured";
  if (!parts[0].empty()) folder.write(name / "adapter_config.json", parts[0]);
  folder.write(name / "adapter_model.safetensors", parts[1]);
  read_or_refuse([&] { (void)data::read_lora_unresolved(folder / name); });
  read_or_refuse([&] { (void)data::read_lora(folder / name, layers()); });
  return 0;
}

}  // namespace rocm::fuzz
