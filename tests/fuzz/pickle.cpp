// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>

#include "data/pickled/machine.hpp"
#include "tests/fuzz/hostile_input.hpp"

namespace rocm::fuzz {

/// A pickle program.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  read_or_refuse([&] { (void)data::pickled::run_pickle(text_of(bytes, size), "data.pkl"); });
  return 0;
}

}  // namespace rocm::fuzz
