// SPDX-License-Identifier: Apache-2.0
#include "data/safetensors_dtype.hpp"

#include <algorithm>
#include <array>

namespace rocm::data {
namespace {

constexpr std::optional<at::ScalarType> kNone = std::nullopt;

/// Every type of safetensors 0.8 in the order of its enumeration, which the writer sorts by.
constexpr std::array<SafetensorsDtype, 22> kDtypes = {{
    {"BOOL", 8, at::kBool, 0},
    {"F4", 4, kNone, 1},
    {"F6_E2M3", 6, kNone, 2},
    {"F6_E3M2", 6, kNone, 3},
    {"U8", 8, at::kByte, 4},
    {"I8", 8, at::kChar, 5},
    {"F8_E5M2", 8, kNone, 6},
    {"F8_E4M3", 8, kNone, 7},
    {"F8_E8M0", 8, kNone, 8},
    {"F8_E4M3FNUZ", 8, kNone, 9},
    {"F8_E5M2FNUZ", 8, kNone, 10},
    {"I16", 16, at::kShort, 11},
    {"U16", 16, kNone, 12},
    {"F16", 16, at::kHalf, 13},
    {"BF16", 16, at::kBFloat16, 14},
    {"I32", 32, at::kInt, 15},
    {"U32", 32, kNone, 16},
    {"F32", 32, at::kFloat, 17},
    {"C64", 64, at::kComplexFloat, 18},
    {"F64", 64, at::kDouble, 19},
    {"I64", 64, at::kLong, 20},
    {"U64", 64, kNone, 21},
}};

const SafetensorsDtype* found(const SafetensorsDtype* dtype) {
  return dtype == kDtypes.data() + kDtypes.size() ? nullptr : dtype;
}

}  // namespace

const SafetensorsDtype* find_safetensors_dtype(std::string_view name) {
  return found(std::ranges::find(kDtypes, name, &SafetensorsDtype::name));
}

const SafetensorsDtype* find_safetensors_dtype(at::ScalarType type) {
  return found(std::ranges::find(kDtypes, std::optional(type), &SafetensorsDtype::scalar_type));
}

}  // namespace rocm::data
