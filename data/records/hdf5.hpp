// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "dist/base/unique_handle.hpp"

namespace rocm::data {

/// hid_t, spelled without <hdf5.h> so that only the hdf5 sources pay for that header.
using HdfId = std::int64_t;

enum class HdfKind : std::uint8_t { kFile, kDataset, kSpace, kType, kProperties, kAttribute };

template <HdfKind kind>
struct HdfTraits {
  using Raw = HdfId;
  static constexpr Raw null = -1;
  static void close(Raw id) noexcept;
};

using HdfFile = UniqueHandle<HdfTraits<HdfKind::kFile>>;
using HdfDataset = UniqueHandle<HdfTraits<HdfKind::kDataset>>;
using HdfSpace = UniqueHandle<HdfTraits<HdfKind::kSpace>>;
using HdfType = UniqueHandle<HdfTraits<HdfKind::kType>>;
using HdfProperties = UniqueHandle<HdfTraits<HdfKind::kProperties>>;
using HdfAttribute = UniqueHandle<HdfTraits<HdfKind::kAttribute>>;

/// Returns `result` unless HDF5 reports failure (negative), then throws Failure(kStorage): what we
/// were doing, to which file, and the innermost reason of HDF5's own error stack.
HdfId hdf5_check(HdfId result, std::string_view doing, const std::filesystem::path& path);

/// To be called before anything else of HDF5, in each thread, any number of times. HDF5 then
/// neither prints its error stack (hdf5_check reads it) nor cleans up when the process exits: after
/// a full disk that would end in a segmentation fault instead of our exit code. Handles close
/// files.
void prepare_hdf5() noexcept;

/// Version of the library that is linked, such as "1.10.8".
[[nodiscard]] std::string hdf5_version();

}  // namespace rocm::data
