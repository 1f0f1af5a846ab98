// SPDX-License-Identifier: Apache-2.0
#include "data/pickled/value.hpp"

#include <fmt/format.h>

namespace rocm::data::pickled {

const Value* Dictionary::find(std::string_view key) const {
  for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
    const Text* text = entry->first->as<Text>();
    if (text != nullptr && text->characters == key) return entry->second;
  }
  return nullptr;
}

std::string Global::str() const {
  return fmt::format("{}.{}", module, name);
}

}  // namespace rocm::data::pickled
