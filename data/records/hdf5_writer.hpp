// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <ATen/core/Tensor.h>

#include "data/records/hdf5.hpp"
#include "data/records/hdf5_types.hpp"

namespace rocm::data {

enum class HdfChecksum : std::uint8_t { kNone, kFletcher32 };

/// An array in a file. What was never written reads as NaN, or -1 for integers.
struct HdfVariable {
  std::string name;
  HdfElement element = HdfElement::kFloat32;
  std::vector<std::uint64_t> shape;
  std::vector<std::string> axes;     ///< a variable whose first axis is its own name is coordinates
  std::vector<std::uint64_t> chunk;  ///< empty: contiguous; needed when the first axis grows
  HdfChecksum checksum = HdfChecksum::kNone;
};

/// Another file that holds a variable of the same name, `length` long on its second axis.
struct HdfSource {
  std::string file;  ///< relative to the folder of the file that refers to it
  std::uint64_t length = 0;
};

using HdfValue = std::variant<std::string, double, std::int64_t>;

/// Writes one HDF5 file (format of HDF5 1.10) whose arrays have named axes, in the way that
/// netCDF-4 and xarray understand. Order of use: create everything, write, start_swmr, append. One
/// thread at a time. Every member throws Failure(kStorage).
class HdfWriter {
 public:
  /// Creates the file, which must not exist.
  explicit HdfWriter(std::filesystem::path path);

  /// A named axis that no variable describes.
  void create_axis(const std::string& name, std::uint64_t length);
  /// Its axes exist, or it is one.
  void create(const HdfVariable& variable);
  /// A variable without data of its own: that of the sources, side by side along the second axis,
  /// as long as the longest of them. With one axis, that of the first source.
  void create_virtual(const HdfVariable& variable, std::span<const HdfSource> sources);
  /// Of a variable, or of the file when `variable` is empty. Text is UTF-8.
  void set_attribute(std::string_view variable, const std::string& name, const HdfValue& value);

  /// Fills a variable. The tensor has its shape; type and device are converted.
  void write(std::string_view variable, const at::Tensor& values);
  void write(std::string_view variable, std::span<const std::string> texts);

  /// From here on other processes may read while we append, and nothing can be created.
  void start_swmr();
  /// Adds one row to the growing axis; an undefined tensor adds an empty one (NaN, -1).
  void append(std::string_view variable, const at::Tensor& row);

  void flush();  ///< Readers see what was appended.
  void sync();   ///< The disk has it too.
  void close();  ///< Like the destructor, but says when it fails. Nothing may follow.

 private:
  struct Column {
    HdfVariable variable;
    HdfDataset dataset;
    std::uint64_t rows = 0;
  };

  HdfId check(HdfId result, std::string_view doing) const;
  Column& column(std::string_view name);
  void add(const HdfVariable& variable, const HdfProperties& creation);
  void name_axes(const Column& column);
  void write_attribute(HdfId object, const std::string& name, const HdfType& type,
                       const void* value);

  std::filesystem::path path_;
  HdfFile file_;  // declared before the columns, which are closed first
  std::map<std::string, Column, std::less<>> columns_;
};

}  // namespace rocm::data
