// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

namespace rocm {

/// Sole owner of one C handle. `Traits` names the type, its null, and how to close it:
///   struct Traits { using Raw = hid_t; static constexpr Raw null = -1;
///                   static void close(Raw) noexcept; };
template <class Traits>
class UniqueHandle {
 public:
  using Raw = typename Traits::Raw;

  UniqueHandle() = default;

  explicit UniqueHandle(Raw raw) noexcept : raw_(raw) {}

  UniqueHandle(UniqueHandle&& other) noexcept : raw_(std::exchange(other.raw_, Traits::null)) {}

  UniqueHandle& operator=(UniqueHandle&& other) noexcept {
    std::swap(raw_, other.raw_);
    return *this;
  }

  UniqueHandle(const UniqueHandle&) = delete;
  UniqueHandle& operator=(const UniqueHandle&) = delete;

  ~UniqueHandle() {
    if (raw_ != Traits::null) Traits::close(raw_);
  }

  [[nodiscard]] Raw get() const noexcept { return raw_; }

  explicit operator bool() const noexcept { return raw_ != Traits::null; }

 private:
  Raw raw_ = Traits::null;
};

}  // namespace rocm
