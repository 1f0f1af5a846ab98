// SPDX-License-Identifier: Apache-2.0
#include "data/jpeg_codec.hpp"

// jpeglib.h needs FILE and size_t to be declared before it.
#include <array>
#include <csetjmp>
#include <cstdio>

#include <jerror.h>
#include <jpeglib.h>

#include "data/image_size.hpp"
#include "dist/base/contract.hpp"

namespace rocm::data {
namespace {

// libjpeg knows nothing but its own structs, so each begins with the one that it knows. It leaves
// an error by longjmp, which must not cross the life of a C++ object: the functions below that call
// setjmp hold plain data only, and memory is allocated between them.
struct Errors {
  jpeg_error_mgr base;
  std::jmp_buf escape;
  std::array<char, JMSG_LENGTH_MAX> message;
};

[[noreturn]] void leave(j_common_ptr jpeg) {
  auto* errors = reinterpret_cast<Errors*>(jpeg->err);
  errors->base.format_message(jpeg, errors->message.data());
  std::longjmp(errors->escape, 1);
}

// libjpeg fills up what is missing and warns: for us that is a broken file.
void judge_warning(j_common_ptr jpeg, int level) {
  if (level >= 0) return;
  switch (jpeg->err->msg_code) {
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_JPEG_EOF:
    case JWRN_MUST_RESYNC:
      leave(jpeg);
    default:
      return;
  }
}

// Each of a progressive file's scans touches every pixel and may take two bytes.
void limit_scans(j_common_ptr jpeg) {
  constexpr int kMaxScans = 500;
  const auto* decoder = reinterpret_cast<j_decompress_ptr>(jpeg);
  if (decoder->input_scan_number <= kMaxScans) return;
  jpeg->err->msg_code = JERR_BAD_PROGRESSION;
  leave(jpeg);
}

bool read_header(j_decompress_ptr jpeg, Errors* errors, std::string_view bytes) {
  if (setjmp(errors->escape) != 0) return false;
  jpeg_create_decompress(jpeg);
  jpeg_mem_src(jpeg, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  jpeg_read_header(jpeg, TRUE);
  jpeg->out_color_space = jpeg->num_components == 4 ? JCS_CMYK : JCS_RGB;
  return true;
}

bool read_rows(j_decompress_ptr jpeg, Errors* errors, JSAMPROW pixels) {
  if (setjmp(errors->escape) != 0) return false;
  jpeg_start_decompress(jpeg);
  const auto components = static_cast<std::size_t>(jpeg->output_components);
  while (jpeg->output_scanline < jpeg->output_height) {
    JSAMPROW row = pixels + components * jpeg->output_width * jpeg->output_scanline;
    jpeg_read_scanlines(jpeg, &row, 1);
  }
  jpeg_finish_decompress(jpeg);
  return true;
}

class JpegReader {
 public:
  explicit JpegReader(const std::string& where) : where_(where) {
    jpeg_.err = jpeg_std_error(&errors_.base);
    errors_.base.error_exit = leave;
    errors_.base.emit_message = judge_warning;
    progress_.progress_monitor = limit_scans;
  }

  JpegReader(const JpegReader&) = delete;  // libjpeg points to the members
  JpegReader& operator=(const JpegReader&) = delete;

  ~JpegReader() { jpeg_destroy_decompress(&jpeg_); }

  Image read(std::string_view bytes) {
    if (!read_header(&jpeg_, &errors_, bytes)) fail_here();
    jpeg_.progress = &progress_;
    Image image = image_of_size(jpeg_.image_width, jpeg_.image_height, where_);
    if (jpeg_.num_components != 4) {
      if (!read_rows(&jpeg_, &errors_, image.rgb.data())) fail_here();
      return image;
    }
    std::vector<std::uint8_t> cmyk(image.rgb.size() / 3 * 4);
    if (!read_rows(&jpeg_, &errors_, cmyk.data())) fail_here();
    convert_adobe_cmyk(cmyk, image.rgb);
    return image;
  }

 private:
  [[noreturn]] void fail_here() const { fail_to_decode(where_, "JPEG", errors_.message.data()); }

  // Adobe stores 255 - ink: a channel is the light that black leaves minus the ink's share of it,
  // light - round(ink * light / 255).
  static void convert_adobe_cmyk(const std::vector<std::uint8_t>& cmyk,
                                 std::vector<std::uint8_t>& rgb) {
    for (std::size_t i = 0; i < rgb.size(); ++i) {
      const int light = cmyk[i / 3 * 4 + 3];
      const int ink = 255 - cmyk[i / 3 * 4 + i % 3];
      rgb[i] = static_cast<std::uint8_t>(light - (2 * ink * light + 255) / 510);
    }
  }

  const std::string& where_;
  jpeg_decompress_struct jpeg_{};
  Errors errors_{};
  jpeg_progress_mgr progress_{};
};

}  // namespace

Image decode_jpeg(std::string_view bytes, const std::string& where) {
  return JpegReader(where).read(bytes);
}

}  // namespace rocm::data
