// SPDX-License-Identifier: Apache-2.0
#include "data/sha256.hpp"

#include <array>
#include <cstdint>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/evp.h>

#include "data/posix_file.hpp"
#include "dist/base/contract.hpp"
#include "dist/base/unique_handle.hpp"

namespace rocm::data {
namespace {

struct DigestTraits {
  using Raw = EVP_MD_CTX*;
  static constexpr Raw null = nullptr;

  static void close(Raw context) noexcept { EVP_MD_CTX_free(context); }
};

class Sha256 {
 public:
  Sha256() : context_(EVP_MD_CTX_new()) {
    expects(context_ && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1,
            "OpenSSL to provide SHA-256");
  }

  void update(std::span<const std::byte> bytes) {
    expects(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1,
            "OpenSSL to take bytes into SHA-256");
  }

  [[nodiscard]] std::string hex() {
    std::array<unsigned char, 32> digest = {};
    expects(EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr) == 1,
            "OpenSSL to finish SHA-256");
    return fmt::format("{:02x}", fmt::join(digest, ""));
  }

 private:
  UniqueHandle<DigestTraits> context_;
};

}  // namespace

std::string sha256_of(std::span<const std::byte> bytes) {
  Sha256 sha256;
  sha256.update(bytes);
  return sha256.hex();
}

std::string sha256_of(std::string_view text) {
  return sha256_of(std::as_bytes(std::span(text)));
}

std::string sha256_of_file(const std::filesystem::path& path) {
  const OpenFile file = open_to_read(path);
  Sha256 sha256;
  std::vector<std::byte> piece(std::size_t{1} << 20);
  while (const std::size_t count = read_some(file, piece, path)) {
    sha256.update(std::span(piece).first(count));
  }
  return sha256.hex();
}

}  // namespace rocm::data
