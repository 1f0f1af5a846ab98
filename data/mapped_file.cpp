// SPDX-License-Identifier: Apache-2.0
#include "data/mapped_file.hpp"

#include <cerrno>
#include <cstdint>
#include <system_error>

#include <sys/mman.h>
#include <unistd.h>

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

void MappedFile::let_go(std::span<const std::byte> part) const noexcept {
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto begin = (reinterpret_cast<std::uintptr_t>(part.data()) + page - 1) / page * page;
  const auto end = reinterpret_cast<std::uintptr_t>(part.data() + part.size()) / page * page;
  if (begin < end)  // only advice: should it fail, nothing is lost but memory
    static_cast<void>(::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED));
}

MappedFile::~MappedFile() {
  if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

}  // namespace rocm::data
