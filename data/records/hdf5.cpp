// SPDX-License-Identifier: Apache-2.0
#include "data/records/hdf5.hpp"

#include <array>
#include <type_traits>

#include <fmt/format.h>
#include <hdf5.h>

#include "data/printable.hpp"
#include "dist/base/contract.hpp"

namespace rocm::data {
namespace {

static_assert(std::is_same_v<HdfId, hid_t>);

/// Called from the innermost error outwards; the first one knows the reason.
herr_t keep_innermost(unsigned depth, const H5E_error2_t* error, void* text) {
  if (depth == 0 && error->desc != nullptr) *static_cast<std::string*>(text) = error->desc;
  return 0;
}

std::string innermost_error() {
  std::string text;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, &keep_innermost, &text);
  return text.empty() ? "HDF5 gives no reason" : text;
}

/// HDF5 wraps the operating system's words into time, address and descriptor; people need the
/// words.
std::string system_reason(const std::string& text) {
  static constexpr std::string_view kBefore = "error message = '";
  const auto found = text.find(kBefore);
  if (found == std::string::npos) return printable(text);
  const auto begin = found + kBefore.size();
  return printable(text.substr(begin, text.find('\'', begin) - begin));
}

bool means_no_room(const std::string& text) {
  static constexpr std::array<std::string_view, 3> kFull = {
      "No space left on device", "Disk quota exceeded", "File too large"};
  for (const std::string_view words : kFull) {
    if (text.find(words) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

template <>
void HdfTraits<HdfKind::kFile>::close(Raw id) noexcept {
  H5Fclose(id);
}

template <>
void HdfTraits<HdfKind::kDataset>::close(Raw id) noexcept {
  H5Dclose(id);
}

template <>
void HdfTraits<HdfKind::kSpace>::close(Raw id) noexcept {
  H5Sclose(id);
}

template <>
void HdfTraits<HdfKind::kType>::close(Raw id) noexcept {
  H5Tclose(id);
}

template <>
void HdfTraits<HdfKind::kProperties>::close(Raw id) noexcept {
  H5Pclose(id);
}

template <>
void HdfTraits<HdfKind::kAttribute>::close(Raw id) noexcept {
  H5Aclose(id);
}

HdfId hdf5_check(HdfId result, std::string_view doing, const std::filesystem::path& path) {
  if (result >= 0) return result;
  const std::string reason = system_reason(innermost_error());
  fail(ExitCode::kStorage,
       {.where = printable_path(path),
        .problem = fmt::format("HDF5 cannot {}", doing),
        .because = reason,
        .advice = means_no_room(reason)
                      ? "make room, record fewer fields or steps, or name a folder elsewhere"
                      : "check that the folder exists and is writable"});
}

void prepare_hdf5() noexcept {
  H5dont_atexit();
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

std::string hdf5_version() {
  prepare_hdf5();
  unsigned major = 0;
  unsigned minor = 0;
  unsigned release = 0;
  H5get_libversion(&major, &minor, &release);
  return fmt::format("{}.{}.{}", major, minor, release);
}

}  // namespace rocm::data
