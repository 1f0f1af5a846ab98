// SPDX-License-Identifier: Apache-2.0
#include "data/records/hdf5_reader.hpp"

#include <hdf5.h>

#include "data/posix_file.hpp"
#include "data/printable.hpp"
#include "data/records/hdf5.hpp"
#include "dist/base/contract.hpp"

namespace rocm::data {
namespace {

[[noreturn]] void refuse_record(const std::filesystem::path& path, const char* problem) {
  fail(ExitCode::kInput, {.where = printable_path(path),
                          .problem = problem,
                          .because = "trajectory files are HDF5 files with a variable `step`",
                          .advice = "name one from trajectories/ of a run"});
}

}  // namespace

std::int64_t recorded_steps(const std::filesystem::path& path) {
  (void)open_to_read(path);  // says why when it cannot be read
  prepare_hdf5();
  const HdfProperties access(H5Pcreate(H5P_FILE_ACCESS));
  H5Pset_file_locking(access.get(), false, true);
  const HdfFile file(H5Fopen(path.c_str(), H5F_ACC_RDONLY | H5F_ACC_SWMR_READ, access.get()));
  if (file.get() < 0) refuse_record(path, "no HDF5 file, or a broken one");
  const HdfDataset step(H5Dopen2(file.get(), "step", H5P_DEFAULT));
  if (step.get() < 0) refuse_record(path, "no trajectories");
  const HdfSpace space(H5Dget_space(step.get()));
  hsize_t length = 0;
  if (H5Sget_simple_extent_ndims(space.get()) != 1 ||
      H5Sget_simple_extent_dims(space.get(), &length, nullptr) < 0)
    refuse_record(path, "`step` is no list");
  return static_cast<std::int64_t>(length);
}

}  // namespace rocm::data
