// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>

#include "launcher/noise_source.hpp"
#include "tests/fuzz/hostile_input.hpp"
#include "tests/support/scratch_folder.hpp"

namespace rocm::fuzz {
namespace {

constexpr launcher::NoiseShape kShape{.draws = 2, .latent_CHW = {1, 1, 2}};
constexpr std::int64_t kSamples = 2;
constexpr std::int64_t kIterations = 2;

}  // namespace

/// A replay file of noise.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const test::ScratchFolder folder;
  const auto path = folder.write("f.safetensors", text_of(bytes, size));
  read_or_refuse([&] { (void)launcher::samples_in_replay(path); });
  read_or_refuse([&] {
    const launcher::ReplayedNoise noise(path, kShape, kSamples, kIterations);
    (void)noise.z_NCHW(kIterations, kSamples - 1);
  });
  return 0;
}

}  // namespace rocm::fuzz
