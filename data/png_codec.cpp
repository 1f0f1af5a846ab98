// SPDX-License-Identifier: Apache-2.0
#include "data/png_codec.hpp"

#include <array>
#include <cstdio>
#include <cstring>

#include <png.h>

#include "data/image_size.hpp"
#include "dist/base/contract.hpp"

namespace rocm::data {
namespace {

// libpng leaves an error by longjmp, which must not cross the life of a C++ object: the functions
// below that call setjmp hold plain data only, and memory is allocated between them.
struct PngInput {
  const char* at;
  std::size_t left;
  std::array<char, 200> message;
};

void take_bytes(png_structp png, png_bytep to, std::size_t size) {
  auto* input = static_cast<PngInput*>(png_get_io_ptr(png));
  if (size > input->left) png_error(png, "the file is cut short");
  std::memcpy(to, input->at, size);
  input->at += size;
  input->left -= size;
}

[[noreturn]] void leave(png_structp png, png_const_charp message) {
  auto* input = static_cast<PngInput*>(png_get_error_ptr(png));
  (void)std::snprintf(input->message.data(), input->message.size(), "%s", message);
  png_longjmp(png, 1);
}

void ignore(png_structp, png_const_charp) {
}

// What Pillow makes of a PNG file, in terms of libpng; 16-bit grey is left for clipped_grey.
void ask_for_rgb(png_structp png, png_infop info) {
  const int color = png_get_color_type(png, info);
  const bool deep_grey = color == PNG_COLOR_TYPE_GRAY && png_get_bit_depth(png, info) == 16;
  if (color == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png);
  if (color == PNG_COLOR_TYPE_GRAY) png_set_expand_gray_1_2_4_to_8(png);
  if (!deep_grey) {
    png_set_strip_16(png);
    png_set_gray_to_rgb(png);
  }
  png_set_strip_alpha(png);
  png_set_interlace_handling(png);
}

bool read_header(png_structp png, png_infop info, PngInput* input) {
  if (setjmp(png_jmpbuf(png)) != 0) return false;
  constexpr png_uint_32 kMaxSide = 1'000'000;
  constexpr png_alloc_size_t kMaxChunkBytes = png_alloc_size_t{64} << 20;
  png_set_user_limits(png, kMaxSide, kMaxSide);
  png_set_chunk_malloc_max(png, kMaxChunkBytes);
  png_set_read_fn(png, input, take_bytes);
  png_read_info(png, info);
  ask_for_rgb(png, info);
  png_read_update_info(png, info);
  return true;
}

bool read_rows(png_structp png, png_bytepp rows) {
  if (setjmp(png_jmpbuf(png)) != 0) return false;
  png_read_image(png, rows);
  png_read_end(png, nullptr);
  return true;
}

class PngReader {
 public:
  PngReader(std::string_view bytes, const std::string& where)
      : where_(where),
        input_{bytes.data(), bytes.size(), {}},
        png_(png_create_read_struct(PNG_LIBPNG_VER_STRING, &input_, leave, ignore)),
        info_(png_ == nullptr ? nullptr : png_create_info_struct(png_)) {
    if (info_ == nullptr) {
      png_destroy_read_struct(&png_, &info_, nullptr);
      throw std::bad_alloc();
    }
  }

  PngReader(const PngReader&) = delete;  // libpng points to the input inside
  PngReader& operator=(const PngReader&) = delete;

  ~PngReader() { png_destroy_read_struct(&png_, &info_, nullptr); }

  Image read() {
    if (!read_header(png_, info_, &input_)) fail_here();
    Image image =
        image_of_size(png_get_image_width(png_, info_), png_get_image_height(png_, info_), where_);
    const std::size_t row_bytes = png_get_rowbytes(png_, info_);
    const auto width = static_cast<std::size_t>(image.width);
    const bool deep_grey = row_bytes == 2 * width && png_get_channels(png_, info_) == 1;
    expects(deep_grey || row_bytes == 3 * width, "rows of RGB or of 16-bit grey");
    read_rows_into(image.rgb, row_bytes, static_cast<std::size_t>(image.height));
    if (deep_grey) clip_grey(image);
    return image;
  }

 private:
  [[noreturn]] void fail_here() const { fail_to_decode(where_, "PNG", input_.message.data()); }

  void read_rows_into(std::vector<std::uint8_t>& bytes, std::size_t row_bytes, std::size_t height) {
    std::vector<png_bytep> rows(height);
    for (std::size_t y = 0; y < height; ++y) rows[y] = bytes.data() + y * row_bytes;
    if (!read_rows(png_, rows.data())) fail_here();
  }

  // In place, from the end: big-endian 16-bit samples fill the first two thirds of the pixels.
  static void clip_grey(Image& image) {
    for (std::size_t i = image.rgb.size() / 3; i-- > 0;) {
      const std::uint8_t high = image.rgb[2 * i];
      const std::uint8_t grey = high > 0 ? 255 : image.rgb[2 * i + 1];
      for (std::size_t channel = 0; channel < 3; ++channel) image.rgb[3 * i + channel] = grey;
    }
  }

  const std::string& where_;
  PngInput input_;
  png_structp png_;
  png_infop info_;
};

}  // namespace

Image decode_png(std::string_view bytes, const std::string& where) {
  return PngReader(bytes, where).read();
}

std::string encode_png(const Image& image) {
  const auto pixels =
      static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.height);
  expects(pixels > 0 && image.rgb.size() == 3 * pixels, "three bytes a pixel");
  png_image header{};
  header.version = PNG_IMAGE_VERSION;
  header.width = static_cast<png_uint_32>(image.width);
  header.height = static_cast<png_uint_32>(image.height);
  header.format = PNG_FORMAT_RGB;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(header);
  std::string bytes(size, '\0');
  const int ok =
      png_image_write_to_memory(&header, bytes.data(), &size, 0, image.rgb.data(), 0, nullptr);
  expects(ok != 0, header.message);
  bytes.resize(size);
  return bytes;
}

}  // namespace rocm::data
