// SPDX-License-Identifier: Apache-2.0
#include "data/image_file.hpp"

#include <string>
#include <string_view>

#include "data/atomic_file.hpp"
#include "data/jpeg_codec.hpp"
#include "data/png_codec.hpp"
#include "data/printable.hpp"
#include "data/whole_file.hpp"
#include "dist/base/contract.hpp"

namespace rocm::data {
namespace {

constexpr std::size_t kMaxImageBytes = std::size_t{512} << 20;
constexpr std::string_view kPngSignature = "\x89PNG\r\n\x1a\n";
constexpr std::string_view kJpegSignature = "\xFF\xD8\xFF";

}  // namespace

Image read_image(const std::filesystem::path& path) {
  const std::string bytes = read_whole_file(path, kMaxImageBytes);
  const std::string where = printable_path(path);
  if (bytes.starts_with(kPngSignature)) return decode_png(bytes, where);
  if (bytes.starts_with(kJpegSignature)) return decode_jpeg(bytes, where);
  fail(ExitCode::kInput, {.where = where,
                          .problem = "this is no picture that can be read",
                          .because = "it begins neither as a PNG nor as a JPEG file",
                          .advice = "convert it to PNG"});
}

void write_png(const std::filesystem::path& path, const Image& image) {
  write_atomically(path, std::string_view(encode_png(image)));
}

}  // namespace rocm::data
