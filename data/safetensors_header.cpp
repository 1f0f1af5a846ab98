// SPDX-License-Identifier: Apache-2.0
#include "data/safetensors_header.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string_view>
#include <tuple>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <utf8proc.h>

#include "data/printable.hpp"
#include "data/safetensors_header_reader.hpp"
#include "dist/base/contract.hpp"

namespace rocm::data {
namespace {

constexpr std::uint64_t kMaxHeader_B = 100'000'000;  // the reference reader's cap
constexpr std::size_t kLength_B = sizeof(std::uint64_t);
constexpr std::string_view kJsonSpace = " \t\r\n";

[[noreturn]] void refuse_header(const std::string& where, const std::string& problem,
                                const std::string& because) {
  fail(ExitCode::kInput, {.where = where,
                          .problem = problem,
                          .because = because,
                          .advice = "fetch or write the file again"});
}

/// The length field, believed only as far as the file reaches.
std::size_t header_length(std::span<const std::byte> file, const std::string& where) {
  if (file.size() < kLength_B) {
    refuse_header(where, fmt::format("{} bytes are no safetensors file", file.size()),
                  "it begins with the 8 bytes that give the header's length");
  }
  std::uint64_t length_B = 0;
  std::memcpy(&length_B, file.data(), kLength_B);  // little-endian, as every machine we run on
  if (length_B > kMaxHeader_B) {
    refuse_header(where, fmt::format("a header of {} bytes", length_B),
                  fmt::format("safetensors allows {}; other formats read so too", kMaxHeader_B));
  }
  if (length_B > file.size() - kLength_B) {
    refuse_header(where, fmt::format("a header of {} bytes in a file of {}", length_B, file.size()),
                  "the file is cut short or no safetensors file");
  }
  return static_cast<std::size_t>(length_B);
}

bool is_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    utf8proc_int32_t ignored = 0;
    const auto bytes = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(&text[at]),
                                        static_cast<utf8proc_ssize_t>(text.size() - at), &ignored);
    if (bytes <= 0) return false;
    at += static_cast<std::size_t>(bytes);
  }
  return true;
}

/// What nlohmann's parser would let pass: a byte order mark in front, and anything behind a NUL.
void check_text(std::string_view text, const std::string& where) {
  if (!is_utf8(text)) refuse_header(where, "the header is not UTF-8", "JSON is UTF-8");
  if (text.find('\0') != std::string_view::npos) {
    refuse_header(where, "the header contains a NUL byte", "JSON has none");
  }
  const std::size_t begin = text.find_first_not_of(kJsonSpace);
  if (begin == std::string_view::npos || text[begin] != '{') {
    refuse_header(where, "the header does not begin with {", "it must be a JSON object");
  }
}

/// The bits of all elements, or nothing when no machine could count them.
std::optional<std::uint64_t> bits_of(const TensorInfo& tensor) {
  std::int64_t bits = tensor.dtype->bits;
  bool empty = false;
  for (const std::int64_t length : tensor.shape) {
    empty = empty || length == 0;
    // Empty tensors count as if the 0 were a 1: their strides must not overflow either.
    if (__builtin_mul_overflow(bits, std::max<std::int64_t>(length, 1), &bits)) return {};
  }
  return empty ? 0 : static_cast<std::uint64_t>(bits);
}

void check_size(const TensorInfo& tensor, const std::string& where) {
  const std::string name = printable(tensor.name);
  const std::optional<std::uint64_t> bits = bits_of(tensor);
  if (!bits) {
    refuse_header(where, fmt::format("tensor \"{}\" has a size that overflows 64 bits", name),
                  "no file holds so much");
  }
  if (*bits % 8 != 0) {
    refuse_header(where, fmt::format("tensor \"{}\" takes {} bits", name, *bits),
                  "that is no whole number of bytes");
  }
  if (tensor.end - tensor.begin != *bits / 8) {
    refuse_header(where, fmt::format("tensor \"{}\" has {} bytes", name, tensor.end - tensor.begin),
                  fmt::format("its shape [{}] of {} takes {}", fmt::join(tensor.shape, ", "),
                              tensor.dtype->name, *bits / 8));
  }
}

/// The tensors, in the order of their bytes, must tile the buffer: no hole, no overlap, no rest.
void check_tiling(const SafetensorsHeader& header, std::uint64_t buffer_B,
                  const std::string& where) {
  std::uint64_t end = 0;
  for (const TensorInfo& tensor : header.tensors) {
    if (tensor.begin != end || tensor.end < tensor.begin) {
      refuse_header(
          where,
          fmt::format("tensor \"{}\" has the data_offsets [{}, {}]", printable(tensor.name),
                      tensor.begin, tensor.end),
          fmt::format("the bytes before it end at {}, and overlaps and holes are forbidden", end));
    }
    check_size(tensor, where);
    end = tensor.end;
  }
  if (end != buffer_B) {
    refuse_header(where, fmt::format("the tensors take {} bytes, the file has {}", end, buffer_B),
                  end > buffer_B ? "it is cut short" : "bytes without an owner are forbidden");
  }
}

}  // namespace

SafetensorsHeader parse_safetensors_header(std::span<const std::byte> file,
                                           const std::string& where) {
  const std::size_t length_B = header_length(file, where);
  const std::string_view text(reinterpret_cast<const char*>(file.data()) + kLength_B, length_B);
  check_text(text, where);
  SafetensorsHeaderReader reader(where);
  nlohmann::json::sax_parse(text.begin(), text.end(), &reader);
  SafetensorsHeader header = reader.take();
  std::ranges::sort(header.tensors, {}, [](const TensorInfo& tensor) {
    return std::tie(tensor.begin, tensor.end, tensor.name);
  });
  header.buffer_begin = kLength_B + length_B;
  check_tiling(header, file.size() - header.buffer_begin, where);
  return header;
}

}  // namespace rocm::data
