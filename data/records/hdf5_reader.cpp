// SPDX-License-Identifier: Apache-2.0
#include "data/records/hdf5_reader.hpp"

#include <fmt/format.h>
#include <hdf5.h>

#include "data/posix_file.hpp"
#include "data/printable.hpp"
#include "data/records/hdf5.hpp"
#include "dist/base/contract.hpp"

namespace rocm::data {
namespace {

[[noreturn]] void refuse_record(const std::filesystem::path& path, const std::string& problem) {
  fail(ExitCode::kInput,
       {.where = printable_path(path),
        .problem = problem,
        .because = "trajectory files are HDF5 files with a variable `step`, those of "
                   "evaluate have `policy`, `prompts` and `seed`",
        .advice = "name one from trajectories/ of a run, or an evaluation"});
}

HdfFile open_file(const std::filesystem::path& path) {
  (void)open_to_read(path);  // says why when it cannot be read
  prepare_hdf5();
  const HdfProperties access(H5Pcreate(H5P_FILE_ACCESS));
  H5Pset_file_locking(access.get(), false, true);
  HdfFile file(H5Fopen(path.c_str(), H5F_ACC_RDONLY | H5F_ACC_SWMR_READ, access.get()));
  if (file.get() < 0) refuse_record(path, "no HDF5 file, or a broken one");
  return file;
}

bool holds(const HdfFile& file, const char* variable) {
  return H5Lexists(file.get(), variable, H5P_DEFAULT) > 0;
}

/// Of a variable with one axis.
std::int64_t length_of(const HdfFile& file, const char* variable,
                       const std::filesystem::path& path) {
  const HdfDataset dataset(H5Dopen2(file.get(), variable, H5P_DEFAULT));
  const HdfSpace space(H5Dget_space(dataset.get()));
  hsize_t length = 0;
  if (H5Sget_simple_extent_ndims(space.get()) != 1 ||
      H5Sget_simple_extent_dims(space.get(), &length, nullptr) < 0)
    refuse_record(path, fmt::format("`{}` is no list", variable));
  return static_cast<std::int64_t>(length);
}

}  // namespace

std::int64_t recorded_steps(const std::filesystem::path& path) {
  const HdfFile file = open_file(path);
  if (!holds(file, "step")) refuse_record(path, "no trajectories");
  return length_of(file, "step", path);
}

std::optional<ComparisonSize> comparison_size(const std::filesystem::path& path) {
  const HdfFile file = open_file(path);
  if (!holds(file, "policy") || !holds(file, "prompts") || !holds(file, "seed")) return {};
  return ComparisonSize{.policies = length_of(file, "policy", path),
                        .prompts = length_of(file, "prompts", path),
                        .seeds = length_of(file, "seed", path)};
}

}  // namespace rocm::data
