// SPDX-License-Identifier: Apache-2.0
#include "launcher/config/resolution.hpp"

namespace rocm::launcher {
namespace {

using Side = Notation<std::int64_t>;
using Sides = Notation<std::array<std::int64_t, 2>>;

}  // namespace

std::optional<Resolution> Notation<Resolution>::read(const Setting& setting, const Field& field) {
  if (const auto side = Side::read(setting, field)) return Resolution{*side, *side};
  if (const auto sides = Sides::read(setting, field)) return Resolution{(*sides)[0], (*sides)[1]};
  return std::nullopt;
}

std::string Notation<Resolution>::write(const Resolution& value) {
  return value.height == value.width ? Side::write(value.height)
                                     : Sides::write({value.height, value.width});
}

std::string Notation<Resolution>::expected(const Field& field) {
  return Side::expected(field) + " or [height, width] of such";
}

}  // namespace rocm::launcher
