// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <string>

#include <ATen/ops/full.h>

#include "data/safetensors_writer.hpp"
#include "data/sharded_weights.hpp"
#include "tests/fuzz/hostile_input.hpp"
#include "tests/support/scratch_folder.hpp"

namespace rocm::fuzz {
namespace {

/// Two shards, "1.safetensors" with a and "2.safetensors" with b, and the index in the middle of
/// other folders that it may not name.
class Shards {
 public:
  Shards() {
    data::write_safetensors(folder_ / "1.safetensors", {{"a", at::full({2}, 1.0)}});
    data::write_safetensors(folder_ / "2.safetensors", {{"b", at::full({1}, 1.0)}});
  }

  [[nodiscard]] std::filesystem::path index(std::string_view text) const {
    return folder_.write("model.safetensors.index.json", text);
  }

 private:
  test::ScratchFolder folder_;
};

}  // namespace

/// The index of sharded weights.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const Shards shards;
  read_or_refuse([&] { (void)data::read_sharded_weights(shards.index(text_of(bytes, size))); });
  return 0;
}

}  // namespace rocm::fuzz
