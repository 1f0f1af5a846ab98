// SPDX-License-Identifier: Apache-2.0
#include "data/jpeg_encoder.hpp"

// jpeglib.h needs FILE and size_t to be declared before it.
#include <array>
#include <csetjmp>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include <jpeglib.h>

#include "dist/base/contract.hpp"

namespace rocm::data {
namespace {

constexpr int kQuality = 95;

// As in jpeg_codec.cpp: libjpeg leaves an error by longjmp, which must cross plain data only.
struct Escape {
  jpeg_error_mgr base;
  std::jmp_buf target;
  std::array<char, JMSG_LENGTH_MAX> message;
};

[[noreturn]] void escape(j_common_ptr jpeg) {
  auto* errors = reinterpret_cast<Escape*>(jpeg->err);
  errors->base.format_message(jpeg, errors->message.data());
  std::longjmp(errors->target, 1);
}

struct Output {
  unsigned char* bytes = nullptr;  ///< of malloc
  unsigned long size = 0;          // NOLINT(google-runtime-int): libjpeg's type
};

bool write_picture(j_compress_ptr jpeg, Escape* errors, const std::uint8_t* rgb, int width,
                   int height, Output* output) {
  if (setjmp(errors->target) != 0) return false;
  jpeg_create_compress(jpeg);
  jpeg_mem_dest(jpeg, &output->bytes, &output->size);
  jpeg->image_width = static_cast<JDIMENSION>(width);
  jpeg->image_height = static_cast<JDIMENSION>(height);
  jpeg->input_components = 3;
  jpeg->in_color_space = JCS_RGB;
  jpeg_set_defaults(jpeg);
  jpeg_set_quality(jpeg, kQuality, TRUE);
  jpeg_start_compress(jpeg, TRUE);
  while (jpeg->next_scanline < jpeg->image_height) {
    const std::size_t offset = std::size_t{jpeg->next_scanline} * jpeg->image_width * 3;
    // libjpeg promises not to write to the rows, in words only.
    auto* row = const_cast<JSAMPROW>(rgb + offset);
    jpeg_write_scanlines(jpeg, &row, 1);
  }
  jpeg_finish_compress(jpeg);
  return true;
}

}  // namespace

std::string encode_jpeg(const Image& image) {
  jpeg_compress_struct jpeg{};
  Escape errors{};
  Output output;
  jpeg.err = jpeg_std_error(&errors.base);
  errors.base.error_exit = escape;
  const bool written =
      write_picture(&jpeg, &errors, image.rgb.data(), image.width, image.height, &output);
  jpeg_destroy_compress(&jpeg);
  const std::unique_ptr<unsigned char, decltype(&std::free)> bytes(output.bytes, std::free);
  if (written) return {reinterpret_cast<const char*>(bytes.get()), output.size};
  fail(ExitCode::kInput, {.where = "JPEG",
                          .problem = "the picture cannot be encoded",
                          .because = errors.message.data(),
                          .advice = "use a smaller picture"});
}

}  // namespace rocm::data
