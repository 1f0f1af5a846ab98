// SPDX-License-Identifier: Apache-2.0
#include "data/plain_name.hpp"

namespace rocm::data {

bool is_plain_name(std::string_view name) {
  using namespace std::string_view_literals;
  constexpr std::size_t kLongest_B = 255;  // of file systems
  if (name.empty() || name == "." || name.size() > kLongest_B) return false;
  return name.find_first_of("/\\\0"sv) == std::string_view::npos &&
         name.find("..") == std::string_view::npos;
}

}  // namespace rocm::data
