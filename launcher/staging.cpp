// SPDX-License-Identifier: Apache-2.0
#include "launcher/staging.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <set>
#include <span>
#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>

#include "data/posix_file.hpp"
#include "data/printable.hpp"
#include "data/run/folders.hpp"
#include "dist/agreement.hpp"
#include "dist/base/contract.hpp"
#include "dist/base/log.hpp"

namespace rocm::launcher {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestPath = 4096;

/// What rank 0 tells before it sends.
struct Manifest {
  struct File {
    fs::path original;  ///< absolute
    std::uint64_t size_B = 0;
  };

  fs::path working_folder;
  std::vector<File> files;

  [[nodiscard]] std::uint64_t total_B() const {
    std::uint64_t total = 0;
    for (const File& file : files) total += file.size_B;
    return total;
  }
};

/// Each file once, however it was named.
Manifest manifest_of(const std::vector<fs::path>& files) {
  std::set<fs::path> originals;
  for (const fs::path& file : files) originals.insert(FilePlaces().original(file));
  Manifest manifest{.working_folder = fs::current_path()};
  for (const fs::path& original : originals)
    manifest.files.push_back({.original = original, .size_B = data::open_to_read(original).size_B});
  return manifest;
}

/// Paths may hold anything but the zero byte that ends them here.
std::string packed(const Manifest& manifest) {
  std::string text = manifest.working_folder.native() + '\0';
  for (const Manifest::File& file : manifest.files)
    text += file.original.native() + '\0' + std::to_string(file.size_B) + '\0';
  return text;
}

Manifest unpacked(const std::string& text) {
  std::size_t begin = 0;
  const auto next = [&] {
    const std::size_t end = text.find('\0', begin);
    return text.substr(std::exchange(begin, end + 1), end - begin);
  };
  Manifest manifest{.working_folder = next()};
  while (begin < text.size()) {
    const fs::path original = next();
    manifest.files.push_back({.original = original, .size_B = std::stoull(next())});
  }
  return manifest;
}

std::string broadcast_text(dist::Communicator& communicator, std::string text) {
  std::uint64_t length = text.size();
  communicator.broadcast(std::as_writable_bytes(std::span(&length, 1)), 0);
  text.resize(length);
  communicator.broadcast(std::as_writable_bytes(std::span(text)), 0);
  return text;
}

std::size_t first_rank_of(const dist::Topology& topology, const std::string& host) {
  return static_cast<std::size_t>(std::ranges::find(topology.hosts, host) - topology.hosts.begin());
}

bool is_original(const dist::Topology& topology, const std::string& host) {
  return host == topology.hosts.front();
}

bool stores_copies(const dist::Topology& topology) {
  return !is_original(topology, topology.host()) &&
         std::cmp_equal(first_rank_of(topology, topology.host()), topology.rank);
}

bool has_room(const fs::path& folder, std::uint64_t needed_B) {
  std::error_code error;
  const fs::space_info space = fs::space(folder, error);
  return !error && space.available > needed_B;
}

fs::path place_with_room(std::uint64_t needed_B) {
  if (const char* chosen = std::getenv("TMPDIR"); chosen != nullptr && *chosen != '\0')
    return chosen;
  return has_room("/dev/shm", needed_B) ? "/dev/shm" : "/tmp";
}

fs::path private_folder(const fs::path& place) {
  std::string name = (fs::absolute(place) / "rocm-dist-XXXXXX").lexically_normal().native();
  const bool made = ::mkdtemp(name.data()) != nullptr;
  data::storage_check(made ? 0 : -1, "make the folder of", name, 0);
  return name;
}

/// Where the ranks of this host find the copies, from the one that stores them.
fs::path copies_of_this_host(dist::Communicator& communicator, const dist::Topology& topology,
                             const fs::path& mine) {
  std::array<char, kLongestPath> name = {};
  std::ranges::copy(mine.native().substr(0, kLongestPath - 1), name.begin());
  std::vector<char> everyone(kLongestPath * topology.hosts.size());
  communicator.all_gather(std::as_bytes(std::span(name)),
                          std::as_writable_bytes(std::span(everyone)));
  return &everyone[kLongestPath * first_rank_of(topology, topology.host())];
}

[[noreturn]] void refuse_shrunken(const fs::path& path) {
  fail(ExitCode::kInput, {.where = data::printable_path(path),
                          .problem = "the file became shorter while it was read",
                          .because = "somebody writes it",
                          .advice = "start again when it is complete"});
}

void read_piece(const data::OpenFile& file, std::span<std::byte> piece, const fs::path& path) {
  while (!piece.empty()) {
    const std::size_t count = data::read_some(file, piece, path);
    if (count == 0) refuse_shrunken(path);
    piece = piece.subspan(count);
  }
}

data::FileDescriptor open_copy(const fs::path& path, std::uint64_t size_B) {
  data::make_folders(path.parent_path());
  data::FileDescriptor copy(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  data::storage_check(copy.get(), "make", path, size_B);
  return copy;
}

/// Sends one file after the other through a buffer that all ranks have.
class Sender {
 public:
  Sender(dist::Communicator& communicator, const dist::Topology& topology, std::size_t piece_bytes)
      : communicator_(communicator), topology_(topology), buffer_(piece_bytes) {}

  /// `copy` is empty on ranks that store none.
  void send(const Manifest::File& file, const fs::path& copy) {
    data::OpenFile source;
    data::FileDescriptor target;
    dist::together(communicator_, topology_, [&] {
      if (topology_.rank == 0) source = data::open_to_read(file.original);
      if (!copy.empty()) target = open_copy(copy, file.size_B);
    });
    for (std::uint64_t begin = 0; begin < file.size_B; begin += buffer_.size()) {
      const auto piece =
          std::span(buffer_).first(std::min<std::uint64_t>(buffer_.size(), file.size_B - begin));
      dist::together(communicator_, topology_, [&] {
        if (topology_.rank == 0) read_piece(source, piece, file.original);
      });
      communicator_.broadcast(piece, 0);
      dist::together(communicator_, topology_, [&] {
        if (!copy.empty()) data::write_all(target, piece, copy, file.size_B);
      });
    }
  }

 private:
  dist::Communicator& communicator_;
  const dist::Topology& topology_;
  std::vector<std::byte> buffer_;
};

}  // namespace

Staging::Staging(dist::Communicator& communicator, const dist::Topology& topology,
                 const std::vector<fs::path>& files, const StagingOptions& options) {
  const std::set<std::string> hosts(topology.hosts.begin(), topology.hosts.end());
  if (hosts.size() == 1) return;
  const bool first = topology.rank == 0;
  const std::string text = dist::together(
      communicator, topology, [&] { return first ? packed(manifest_of(files)) : std::string(); });
  const Manifest manifest = unpacked(broadcast_text(communicator, text));
  dist::together(communicator, topology, [&] {
    if (!stores_copies(topology)) return;
    copies_.emplace(
        private_folder(options.place ? *options.place : place_with_room(manifest.total_B())));
  });
  const fs::path mine = copies_ ? copies_->path() : fs::path();
  const fs::path copies = copies_of_this_host(communicator, topology, mine);
  if (!is_original(topology, topology.host())) places_ = {copies, manifest.working_folder};
  Sender sender(communicator, topology, options.piece_bytes);
  for (const Manifest::File& file : manifest.files)
    sender.send(file, copies_ ? places_.of(file.original) : fs::path());
  if (first)
    Log::info(fmt::format("sent {:.2f} GB in {} files; other hosts: {}",
                          static_cast<double>(manifest.total_B()) / 1e9, manifest.files.size(),
                          hosts.size() - 1));
}

}  // namespace rocm::launcher
