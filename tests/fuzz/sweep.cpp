// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "launcher/sweep/sweep_plan.hpp"
#include "tests/fuzz/hostile_input.hpp"

namespace rocm::fuzz {

/// A TOML configuration with a [sweep] and, behind a NUL byte, an argument of --set.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto parts = parts_of(text_of(bytes, size), 2);
  read_or_refuse([&] {
    std::vector<launcher::Override> overrides;
    if (!parts[1].empty()) overrides.push_back(launcher::override_from_set(std::string(parts[1])));
    (void)launcher::parse_sweep(std::string(parts[0]), "f.toml", overrides);
  });
  return 0;
}

}  // namespace rocm::fuzz
