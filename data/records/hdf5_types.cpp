// SPDX-License-Identifier: Apache-2.0
#include "data/records/hdf5_types.hpp"

#include <algorithm>
#include <limits>

#include <hdf5.h>

#include "dist/base/contract.hpp"

namespace rocm::data {
namespace {

constexpr float kFillFloat32 = std::numeric_limits<float>::quiet_NaN();
constexpr double kFillFloat64 = std::numeric_limits<double>::quiet_NaN();
constexpr std::uint16_t kFillFloat16 = 0x7e00;  // NaN
constexpr std::int64_t kFillInt64 = -1;

static_assert(kUnlimited == H5S_UNLIMITED);

HdfType float16_type() {
  HdfType type(H5Tcopy(H5T_IEEE_F32LE));
  // In this order: the fields must fit before the size shrinks, the bias belongs to the new fields.
  H5Tset_fields(type.get(), 15, 10, 5, 0, 10);
  H5Tset_size(type.get(), 2);
  H5Tset_ebias(type.get(), 15);
  return type;
}

HdfType text_type() {
  HdfType type(H5Tcopy(H5T_C_S1));
  H5Tset_size(type.get(), H5T_VARIABLE);
  H5Tset_cset(type.get(), H5T_CSET_UTF8);
  return type;
}

}  // namespace

HdfType type_of(HdfElement element) {
  switch (element) {
    case HdfElement::kFloat16:
      return float16_type();
    case HdfElement::kFloat32:
      return HdfType(H5Tcopy(H5T_IEEE_F32LE));
    case HdfElement::kFloat64:
      return HdfType(H5Tcopy(H5T_IEEE_F64LE));
    case HdfElement::kInt64:
      return HdfType(H5Tcopy(H5T_STD_I64LE));
    case HdfElement::kText:
      return text_type();
  }
  throw ContractViolation("a known element type");
}

at::ScalarType scalar_type_of(HdfElement element) {
  expects(element != HdfElement::kText, "numbers, not text");
  if (element == HdfElement::kInt64) return at::kLong;
  if (element == HdfElement::kFloat64) return at::kDouble;
  return element == HdfElement::kFloat16 ? at::kHalf : at::kFloat;
}

const void* fill_of(HdfElement element) {
  switch (element) {
    case HdfElement::kFloat16:
      return &kFillFloat16;
    case HdfElement::kFloat32:
      return &kFillFloat32;
    case HdfElement::kFloat64:
      return &kFillFloat64;
    case HdfElement::kInt64:
      return &kFillInt64;
    case HdfElement::kText:
      return nullptr;
  }
  throw ContractViolation("a known element type");
}

HdfSpace space_of(std::span<const std::uint64_t> shape) {
  std::vector<hsize_t> now(shape.begin(), shape.end());
  std::replace(now.begin(), now.end(), hsize_t{kUnlimited}, hsize_t{0});
  const std::vector<hsize_t> most(shape.begin(), shape.end());
  return HdfSpace(H5Screate_simple(static_cast<int>(shape.size()), now.data(), most.data()));
}

}  // namespace rocm::data
