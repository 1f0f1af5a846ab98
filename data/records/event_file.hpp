// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "data/posix_file.hpp"
#include "data/records/protobuf_message.hpp"

namespace rocm::data {

/// An encoded picture.
struct PngImage {
  std::string_view bytes;
  std::int64_t height = 0;  ///< [pixels]
  std::int64_t width = 0;   ///< [pixels]
};

/// events.out.tfevents.*: curves and pictures for TensorBoard. Each attempt writes a file of its
/// own; the first event of a resumed one tells TensorBoard to forget later steps of earlier files.
/// Format: TFRecord frames (length, masked CRC-32C, payload, masked CRC-32C) around
/// tensorflow.Event messages (event.proto, summary.proto). For rank 0.
class EventFile {
 public:
  /// Creates the file in `run_folder`. `first_step` is the step that the attempt begins with.
  /// Throws Failure(kStorage), as do the others.
  EventFile(const std::filesystem::path& run_folder, std::int64_t first_step);

  /// One point of each curve; values that are not finite are left out.
  void add_scalars(std::int64_t step, std::span<const std::pair<std::string, double>> values);

  void add_image(std::int64_t step, std::string_view tag, const PngImage& image);

 private:
  void append(const ProtobufMessage& event);

  std::filesystem::path path_;
  FileDescriptor file_;
};

}  // namespace rocm::data
