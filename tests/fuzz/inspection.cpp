// SPDX-License-Identifier: Apache-2.0
#include "data/inspection.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

#include <ATen/ops/full.h>

#include "data/safetensors_writer.hpp"
#include "tests/fuzz/hostile_input.hpp"
#include "tests/support/scratch_folder.hpp"

namespace rocm::fuzz {
namespace {

constexpr std::array kNames = {"f.safetensors", "f.pt", "f.json", "f.safetensors.index.json",
                               "model/model_index.json"};

/// A place for the file, with a shard for an index and components for a model beside it.
class Surroundings {
 public:
  Surroundings() {
    data::write_safetensors(folder_ / "1.safetensors", {{"a", at::full({2}, 1.0)}});
    folder_.write("model/unet/config.json", "{}");
    data::write_safetensors(folder_ / "model/unet/model.safetensors", {{"a", at::full({2}, 1.0)}});
  }

  /// What to inspect: the file, or the model that it belongs to.
  [[nodiscard]] std::filesystem::path put(std::string_view name, std::string_view content) const {
    const auto path = folder_.write(name, content);
    return name.starts_with("model/") ? path.parent_path() : path;
  }

 private:
  test::ScratchFolder folder_;
};

}  // namespace

/// Any file that `inspect` describes, its first byte says of which kind: the description is safe to
/// show.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const Surroundings surroundings;
  if (size == 0) return 0;
  const auto path =
      surroundings.put(kNames.at(bytes[0] % kNames.size()), text_of(bytes, size).substr(1));
  read_or_refuse([&] {
    const nlohmann::ordered_json found = data::inspect(path);
    check_shown(data::describe(found));
    check_shown(found.dump(2, ' ', true, nlohmann::json::error_handler_t::replace));
  });
  return 0;
}

}  // namespace rocm::fuzz
