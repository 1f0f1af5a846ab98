// SPDX-License-Identifier: Apache-2.0
#include "data/mapped_file.hpp"

#include <cerrno>
#include <system_error>

#include <sys/mman.h>

#include "data/printable.hpp"
#include "dist/base/contract.hpp"

namespace rocm::data {

std::shared_ptr<const MappedFile> MappedFile::open(const std::filesystem::path& path) {
  const OpenFile file = open_to_read(path);
  return std::shared_ptr<const MappedFile>(new MappedFile(file, path));
}

MappedFile::MappedFile(const OpenFile& file, const std::filesystem::path& path) {
  if (file.size_B == 0) return;  // the system refuses to map nothing
  const auto size = static_cast<std::size_t>(file.size_B);
  void* begin = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.descriptor.get(), 0);
  if (begin == MAP_FAILED) {
    fail(ExitCode::kInput, {.where = printable_path(path),
                            .problem = "cannot map the file into memory",
                            .because = std::generic_category().message(errno),
                            .advice = "check the limit of address space (ulimit -v)"});
  }
  bytes_ = {static_cast<const std::byte*>(begin), size};
}

MappedFile::~MappedFile() {
  if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

}  // namespace rocm::data
