// SPDX-License-Identifier: Apache-2.0
#include "data/records/hdf5_writer.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <hdf5.h>
#include <hdf5_hl.h>
#include <unistd.h>

#include "data/posix_file.hpp"
#include "dist/base/contract.hpp"

namespace rocm::data {
namespace {

namespace fs = std::filesystem;

/// Attributes and links keep the order in which they were made: people read files from the top.
constexpr unsigned kInOrder = H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED;

HdfFile create_file(const fs::path& path) {
  prepare_hdf5();
  const HdfProperties access(H5Pcreate(H5P_FILE_ACCESS));
  H5Pset_libver_bounds(access.get(), H5F_LIBVER_V110, H5F_LIBVER_LATEST);
  // Some parallel file systems have no locks; the run folder's lease guards us, not HDF5's lock.
  H5Pset_file_locking(access.get(), false, true);
  const HdfProperties creation(H5Pcreate(H5P_FILE_CREATE));
  H5Pset_link_creation_order(creation.get(), kInOrder);
  const HdfId file = H5Fcreate(path.c_str(), H5F_ACC_EXCL, creation.get(), access.get());
  return HdfFile(hdf5_check(file, "create the file", path));
}

HdfProperties creation_of(const HdfVariable& variable) {
  HdfProperties creation(H5Pcreate(H5P_DATASET_CREATE));
  H5Pset_attr_creation_order(creation.get(), kInOrder);
  if (const void* fill = fill_of(variable.element)) {
    H5Pset_fill_value(creation.get(), type_of(variable.element).get(), fill);
  }
  if (!variable.chunk.empty()) {
    const std::vector<hsize_t> chunk(variable.chunk.begin(), variable.chunk.end());
    H5Pset_chunk(creation.get(), static_cast<int>(chunk.size()), chunk.data());
  }
  if (variable.checksum == HdfChecksum::kFletcher32) H5Pset_fletcher32(creation.get());
  return creation;
}

/// Selects every row there will ever be, from `offset` on along the second axis, of a part that
/// has this shape.
void select_part(const HdfSpace& space, std::span<const std::uint64_t> shape,
                 std::uint64_t offset) {
  std::vector<hsize_t> start(shape.size(), 0);
  std::vector<hsize_t> count(shape.size(), 1);
  std::vector<hsize_t> block(shape.begin(), shape.end());
  count[0] = H5S_UNLIMITED;
  block[0] = 1;
  if (shape.size() > 1) start[1] = offset;
  H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, start.data(), nullptr, count.data(),
                      block.data());
}

/// The bytes of `values` as the file has them.
at::Tensor as_stored(const at::Tensor& values, HdfElement element) {
  return values.detach().to(at::kCPU, scalar_type_of(element)).contiguous();
}

}  // namespace

HdfWriter::HdfWriter(fs::path path) : path_(std::move(path)), file_(create_file(path_)) {
}

HdfId HdfWriter::check(HdfId result, std::string_view doing) const {
  return hdf5_check(result, doing, path_);
}

HdfWriter::Column& HdfWriter::column(std::string_view name) {
  prepare_hdf5();  // a record may be handed to another thread
  const auto found = columns_.find(name);
  expects(found != columns_.end(), fmt::format("a variable {} in {}", name, path_.native()));
  return found->second;
}

void HdfWriter::add(const HdfVariable& variable, const HdfProperties& creation) {
  const HdfSpace space = space_of(variable.shape);
  const HdfType type = type_of(variable.element);
  HdfDataset dataset(check(H5Dcreate2(file_.get(), variable.name.c_str(), type.get(), space.get(),
                                      H5P_DEFAULT, creation.get(), H5P_DEFAULT),
                           "create a variable"));
  columns_.emplace(variable.name, Column{.variable = variable, .dataset = std::move(dataset)});
}

void HdfWriter::create_axis(const std::string& name, std::uint64_t length) {
  add({.name = name, .shape = {length}}, HdfProperties(H5Pcreate(H5P_DATASET_CREATE)));
  // netCDF-4's own words for an axis without coordinates; readers compare them.
  const std::string label =
      fmt::format("This is a netCDF dimension but not a netCDF variable.{:10d}", length);
  check(H5DSset_scale(column(name).dataset.get(), label.c_str()), "name an axis");
}

void HdfWriter::create(const HdfVariable& variable) {
  add(variable, creation_of(variable));
  name_axes(column(variable.name));
}

void HdfWriter::create_virtual(const HdfVariable& variable, std::span<const HdfSource> sources) {
  const HdfProperties creation = creation_of({.element = variable.element});
  const HdfSpace whole = space_of(variable.shape);
  std::vector<std::uint64_t> part = variable.shape;
  std::uint64_t offset = 0;
  for (const HdfSource& source : part.size() > 1 ? sources : sources.first(1)) {
    if (part.size() > 1) part[1] = source.length;
    const HdfSpace theirs = space_of(part);
    select_part(whole, part, offset);
    select_part(theirs, part, 0);
    check(H5Pset_virtual(creation.get(), whole.get(), source.file.c_str(), variable.name.c_str(),
                         theirs.get()),
          "refer to a rank's file");
    offset += source.length;
  }
  add(variable, creation);
  name_axes(column(variable.name));
}

void HdfWriter::name_axes(const Column& column) {
  const HdfVariable& variable = column.variable;
  if (variable.element != HdfElement::kInt64 && variable.element != HdfElement::kText) {
    // Not for integers: xarray turns those that have one into floats.
    write_attribute(column.dataset.get(), "_FillValue", type_of(variable.element),
                    fill_of(variable.element));
  }
  if (variable.axes.front() == variable.name) {
    check(H5DSset_scale(column.dataset.get(), variable.name.c_str()), "name an axis");
    return;
  }
  for (unsigned axis = 0; axis < variable.axes.size(); ++axis) {
    const std::string& name = variable.axes[axis];
    check(H5DSattach_scale(column.dataset.get(), this->column(name).dataset.get(), axis),
          "name an axis");
    check(H5DSset_label(column.dataset.get(), axis, name.c_str()), "label an axis");
  }
}

void HdfWriter::write_attribute(HdfId object, const std::string& name, const HdfType& type,
                                const void* value) {
  const HdfSpace scalar(H5Screate(H5S_SCALAR));
  const HdfAttribute attribute(
      check(H5Acreate2(object, name.c_str(), type.get(), scalar.get(), H5P_DEFAULT, H5P_DEFAULT),
            "create an attribute"));
  check(H5Awrite(attribute.get(), type.get(), value), "write an attribute");
}

void HdfWriter::set_attribute(std::string_view variable, const std::string& name,
                              const HdfValue& value) {
  const HdfId object = variable.empty() ? file_.get() : column(variable).dataset.get();
  if (const auto* text = std::get_if<std::string>(&value)) {
    const char* bytes = text->c_str();
    write_attribute(object, name, type_of(HdfElement::kText), &bytes);
  } else if (const auto* number = std::get_if<double>(&value)) {
    write_attribute(object, name, HdfType(H5Tcopy(H5T_IEEE_F64LE)), number);
  } else {
    write_attribute(object, name, type_of(HdfElement::kInt64), &std::get<std::int64_t>(value));
  }
}

void HdfWriter::write(std::string_view variable, const at::Tensor& values) {
  const Column& target = column(variable);
  const at::Tensor stored = as_stored(values, target.variable.element);
  const std::vector<std::uint64_t> shape(stored.sizes().begin(), stored.sizes().end());
  expects(shape == target.variable.shape, fmt::format("{} to have its shape", variable));
  check(H5Dwrite(target.dataset.get(), type_of(target.variable.element).get(), H5S_ALL, H5S_ALL,
                 H5P_DEFAULT, stored.const_data_ptr()),
        "write a variable");
}

void HdfWriter::write(std::string_view variable, std::span<const std::string> texts) {
  const Column& target = column(variable);
  expects(texts.size() == target.variable.shape.front(),
          fmt::format("{} to have its shape", variable));
  std::vector<const char*> bytes(texts.size());
  std::ranges::transform(texts, bytes.begin(), &std::string::c_str);
  check(H5Dwrite(target.dataset.get(), type_of(HdfElement::kText).get(), H5S_ALL, H5S_ALL,
                 H5P_DEFAULT, bytes.data()),
        "write a variable");
}

void HdfWriter::start_swmr() {
  prepare_hdf5();
  check(H5Fstart_swmr_write(file_.get()), "open the file to readers");
}

void HdfWriter::append(std::string_view variable, const at::Tensor& row) {
  Column& target = column(variable);
  std::vector<hsize_t> size(target.variable.shape.begin(), target.variable.shape.end());
  std::vector<hsize_t> start(size.size(), 0);
  start[0] = target.rows;
  size[0] = ++target.rows;
  check(H5Dset_extent(target.dataset.get(), size.data()), "add a row");
  if (!row.defined()) return;

  size[0] = 1;
  const at::Tensor stored = as_stored(row, target.variable.element).unsqueeze(0);
  expects(std::ranges::equal(stored.sizes(), size), fmt::format("{} to fit its row", variable));
  const HdfSpace whole(H5Dget_space(target.dataset.get()));
  check(
      H5Sselect_hyperslab(whole.get(), H5S_SELECT_SET, start.data(), nullptr, size.data(), nullptr),
      "select a row");
  const HdfSpace memory(H5Screate_simple(static_cast<int>(size.size()), size.data(), nullptr));
  check(H5Dwrite(target.dataset.get(), type_of(target.variable.element).get(), memory.get(),
                 whole.get(), H5P_DEFAULT, stored.const_data_ptr()),
        "write a row");
}

void HdfWriter::flush() {
  prepare_hdf5();
  // Not H5Dflush: only this one keeps the end of the file in the superblock, which repair tools
  // use.
  check(H5Fflush(file_.get(), H5F_SCOPE_GLOBAL), "flush the file");
}

void HdfWriter::sync() {
  flush();
  void* descriptor = nullptr;
  check(H5Fget_vfd_handle(file_.get(), H5P_DEFAULT, &descriptor), "find the file's descriptor");
  storage_check(::fdatasync(*static_cast<int*>(descriptor)), "sync", path_, 0);
}

void HdfWriter::close() {
  flush();  // what can fail, fails here: closing itself stores no more than the file's closed mark
  columns_.clear();
  file_ = HdfFile();
}

}  // namespace rocm::data
