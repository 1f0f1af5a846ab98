// SPDX-License-Identifier: Apache-2.0
#include "data/pickled/objects.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <c10/core/ScalarType.h>
#include <fmt/format.h>

#include "data/printable.hpp"

namespace rocm::data::pickled {
namespace {

using Arguments = std::span<Value* const>;
using Builder = Value (*)(Arguments, const ProgramReader&);

constexpr std::size_t kMostDimensions = 16;

/// torch's names of an element type: as the class of a storage, and as an object of its own.
struct ElementType {
  std::string_view storage_class;
  std::string_view name;
  c10::ScalarType type;
};

constexpr std::array kElementTypes = {
    ElementType{"FloatStorage", "float32", c10::kFloat},
    ElementType{"DoubleStorage", "float64", c10::kDouble},
    ElementType{"HalfStorage", "float16", c10::kHalf},
    ElementType{"BFloat16Storage", "bfloat16", c10::kBFloat16},
    ElementType{"LongStorage", "int64", c10::kLong},
    ElementType{"IntStorage", "int32", c10::kInt},
    ElementType{"ShortStorage", "int16", c10::kShort},
    ElementType{"CharStorage", "int8", c10::kChar},
    ElementType{"ByteStorage", "uint8", c10::kByte},
    ElementType{"BoolStorage", "bool", c10::kBool},
    ElementType{"ComplexFloatStorage", "complex64", c10::kComplexFloat},
    ElementType{"ComplexDoubleStorage", "complex128", c10::kComplexDouble},
};

template <typename T>
const T& argument(Arguments arguments, std::size_t position, const char* what,
                  const ProgramReader& program) {
  const T* value = position < arguments.size() ? arguments[position]->as<T>() : nullptr;
  if (value == nullptr) program.refuse(fmt::format("a tensor without {}", what));
  return *value;
}

std::vector<std::int64_t> lengths(const Sequence& sequence, const ProgramReader& program) {
  if (sequence.items.size() > kMostDimensions) program.refuse("a tensor of too many dimensions");
  std::vector<std::int64_t> values;
  for (const Value* item : sequence.items) {
    const std::int64_t* length = item->as<std::int64_t>();
    if (length == nullptr || *length < 0) program.refuse("a size or stride that is no length");
    values.push_back(*length);
  }
  return values;
}

/// a * b and a + b of lengths; nothing when it does not fit.
std::optional<std::int64_t> product(std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  return __builtin_mul_overflow(a, b, &result) ? std::nullopt : std::optional(result);
}

std::optional<std::int64_t> sum(std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  return __builtin_add_overflow(a, b, &result) ? std::nullopt : std::optional(result);
}

/// The number of elements; nothing when it overflows. Empty tensors count as if each 0 were a 1:
/// LibTorch multiplies the other lengths, too.
std::optional<std::int64_t> count_of(const std::vector<std::int64_t>& sizes) {
  std::optional<std::int64_t> count = 1;
  for (const std::int64_t size : sizes)
    if (count) count = product(*count, std::max<std::int64_t>(size, 1));
  return count;
}

/// The position of the last element in its storage; nothing when it overflows.
std::optional<std::int64_t> last_element(const Tensor& tensor) {
  std::optional<std::int64_t> last = tensor.offset;
  for (std::size_t i = 0; i < tensor.sizes.size() && last; ++i) {
    const auto step = product(tensor.sizes[i] - 1, tensor.strides[i]);
    last = step ? sum(*last, *step) : std::nullopt;
  }
  return last;
}

void check_extent(const Tensor& tensor, const ProgramReader& program) {
  if (tensor.sizes.size() != tensor.strides.size())
    program.refuse("a tensor without as many strides as sizes");
  if (tensor.offset < 0) program.refuse("a tensor before its storage");
  const auto count = count_of(tensor.sizes);
  const bool empty = std::ranges::find(tensor.sizes, 0) != tensor.sizes.end();
  // Strides of zero would make terabytes out of sixteen bytes.
  if (!count || (!empty && *count > tensor.storage.elements))
    program.refuse("a tensor larger than its storage");
  if (empty) return;
  const auto last = last_element(tensor);
  if (!last || *last >= tensor.storage.elements) program.refuse("a tensor beyond its storage");
}

Value tensor_of(Storage storage, Arguments arguments, const ProgramReader& program) {
  Tensor tensor{.storage = storage,
                .offset = argument<std::int64_t>(arguments, 1, "an offset", program),
                .sizes = lengths(argument<Sequence>(arguments, 2, "sizes", program), program),
                .strides = lengths(argument<Sequence>(arguments, 3, "strides", program), program)};
  check_extent(tensor, program);
  return {std::move(tensor)};
}

/// (storage, offset, sizes, strides, requires_grad, hooks[, metadata])
Value rebuild_tensor(Arguments arguments, const ProgramReader& program) {
  // A storage that a foreign function would have made: its tensor is foreign, too.
  if (!arguments.empty() && arguments[0]->as<Opaque>() != nullptr) return *arguments[0];
  const Storage& storage = argument<Storage>(arguments, 0, "a storage", program);
  if (!storage.dtype) program.refuse("a tensor without an element type");
  return tensor_of(storage, arguments, program);
}

/// (storage, offset, sizes, strides, requires_grad, hooks, dtype, metadata), the storage untyped
Value rebuild_tensor_v3(Arguments arguments, const ProgramReader& program) {
  Storage storage = argument<Storage>(arguments, 0, "a storage", program);
  const Global& type = argument<Global>(arguments, 6, "an element type", program);
  const auto* known = std::ranges::find(kElementTypes, type.name, &ElementType::name);
  if (type.module != "torch" || known == kElementTypes.end()) return {Opaque{type}};
  if (!storage.dtype) storage.elements /= static_cast<std::int64_t>(elementSize(known->type));
  storage.dtype = known->type;
  return tensor_of(storage, arguments, program);
}

/// (tensor, requires_grad, hooks)
Value rebuild_parameter(Arguments arguments, const ProgramReader& program) {
  if (arguments.empty()) program.refuse("a parameter without a tensor");
  return *arguments[0];
}

/// (function, type, arguments, state): a tensor of a subclass
Value rebuild_from_type(Arguments arguments, const ProgramReader& program) {
  const Global& function = argument<Global>(arguments, 0, "a function", program);
  if (function.name == "_rebuild_from_type_v2") program.refuse("a type within a type");
  const Sequence& inner = argument<Sequence>(arguments, 2, "arguments", program);
  return build(function, inner.items, program);
}

Value sequence(Arguments arguments, const ProgramReader& /*program*/) {
  if (arguments.empty()) return {Sequence{}};
  const Sequence* items = arguments[0]->as<Sequence>();
  return items == nullptr ? Value{Opaque{{"builtins", "iterator"}}} : Value{*items};
}

/// (), or one sequence of (key, value)
Value dictionary(Arguments arguments, const ProgramReader& program) {
  Dictionary result;
  const Sequence* pairs = arguments.empty() ? nullptr : arguments[0]->as<Sequence>();
  if (pairs == nullptr) return {std::move(result)};
  for (const Value* item : pairs->items) {
    const Sequence* pair = item->as<Sequence>();
    if (pair == nullptr || pair->items.size() != 2) program.refuse("an entry that is no pair");
    result.entries.emplace_back(pair->items[0], pair->items[1]);
  }
  return {std::move(result)};
}

/// defaultdict(factory): its entries follow, as those of any dictionary
Value empty_dictionary(Arguments /*arguments*/, const ProgramReader& /*program*/) {
  return {Dictionary{}};
}

struct Known {
  std::string_view module;
  std::string_view name;
  Builder builder;
};

constexpr std::array kKnown = {
    Known{"collections", "OrderedDict", dictionary},
    Known{"collections", "defaultdict", empty_dictionary},
    Known{"builtins", "dict", dictionary},
    Known{"builtins", "list", sequence},
    Known{"builtins", "tuple", sequence},
    Known{"builtins", "set", sequence},
    Known{"builtins", "frozenset", sequence},
    Known{"torch", "Size", sequence},
    Known{"torch._utils", "_rebuild_tensor", rebuild_tensor},
    Known{"torch._utils", "_rebuild_tensor_v2", rebuild_tensor},
    Known{"torch._utils", "_rebuild_tensor_v3", rebuild_tensor_v3},
    Known{"torch._utils", "_rebuild_parameter", rebuild_parameter},
    Known{"torch._tensor", "_rebuild_from_type_v2", rebuild_from_type},
};

std::optional<c10::ScalarType> storage_type(const Global& storage_class,
                                            const ProgramReader& program) {
  const auto* known =
      std::ranges::find(kElementTypes, storage_class.name, &ElementType::storage_class);
  if (known != kElementTypes.end()) return known->type;
  if (storage_class.name != "UntypedStorage")
    program.refuse(fmt::format("elements of {}", printable(storage_class.str())));
  return {};
}

}  // namespace

Value build(const Global& callable, Arguments arguments, const ProgramReader& program) {
  const std::string_view module =
      callable.module == "__builtin__" ? "builtins" : callable.module;  // until protocol 2
  for (const Known& known : kKnown) {
    if (known.module == module && known.name == callable.name)
      return known.builder(arguments, program);
  }
  return {Opaque{callable}};
}

Value storage_of(const Value& persistent_id, const ProgramReader& program) {
  const Sequence* id = persistent_id.as<Sequence>();
  if (id == nullptr || id->items.size() != 5) program.refuse("a persistent id that is no storage");
  const Text* kind = id->items[0]->as<Text>();
  const Global* storage_class = id->items[1]->as<Global>();
  const Text* key = id->items[2]->as<Text>();
  const std::int64_t* elements = id->items[4]->as<std::int64_t>();
  const bool complete = kind != nullptr && kind->characters == "storage" &&
                        storage_class != nullptr && key != nullptr && elements != nullptr;
  if (!complete || *elements < 0) program.refuse("a persistent id that is no storage");
  return {Storage{storage_type(*storage_class, program), key->characters, *elements}};
}

}  // namespace rocm::data::pickled
