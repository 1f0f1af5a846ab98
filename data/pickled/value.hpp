// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <c10/core/ScalarType.h>

namespace rocm::data::pickled {

/// What a pickle can stand for here: plain data, and descriptions. Text and bytes view the program
/// that built them; a Value refers to others that its Pickle owns.
struct Value;

struct None {};

struct Text {
  std::string_view characters;
};

struct Bytes {
  std::string_view bytes;
};

/// A list, a set or a tuple: nothing here depends on the difference.
struct Sequence {
  std::vector<Value*> items;
};

struct Dictionary {
  std::vector<std::pair<Value*, Value*>> entries;  ///< in the order of insertion

  /// The value of the last entry with this key; null when there is none.
  [[nodiscard]] const Value* find(std::string_view key) const;
};

/// The name of a class or function. It is never looked up, much less called.
struct Global {
  std::string_view module;
  std::string_view name;

  [[nodiscard]] std::string str() const;
};

/// A run of elements in a record beside the pickle.
struct Storage {
  std::optional<c10::ScalarType> dtype;  ///< none: untyped bytes
  std::string_view key;
  std::int64_t elements = 0;  ///< of dtype, or bytes
};

/// A strided view of a storage, verified to stay inside it.
struct Tensor {
  Storage storage;
  std::int64_t offset = 0;
  std::vector<std::int64_t> sizes;
  std::vector<std::int64_t> strides;
};

/// An object of a class that is not built here.
struct Opaque {
  Global type;
};

struct Value {
  std::variant<None, bool, std::int64_t, double, Text, Bytes, Sequence, Dictionary, Global, Storage,
               Tensor, Opaque>
      content;

  /// The content as a T; null when it is something else.
  template <typename T>
  [[nodiscard]] const T* as() const {
    return std::get_if<T>(&content);
  }

  template <typename T>
  [[nodiscard]] T* as() {
    return std::get_if<T>(&content);
  }
};

}  // namespace rocm::data::pickled
