// SPDX-License-Identifier: Apache-2.0
#include "data/records/event_file.hpp"

#include <chrono>
#include <cmath>

#include <fcntl.h>
#include <fmt/format.h>

#include "data/records/crc32c.hpp"
#include "data/run/folders.hpp"

namespace rocm::data {
namespace {

namespace fs = std::filesystem;

// Field numbers of event.proto and summary.proto.
constexpr std::uint32_t kEventWallTime = 1, kEventStep = 2, kEventFileVersion = 3;
constexpr std::uint32_t kEventSummary = 5, kEventSessionLog = 7;
constexpr std::uint32_t kSummaryValue = 1;
constexpr std::uint32_t kValueTag = 1, kValueSimple = 2, kValueImage = 4;
constexpr std::uint32_t kImageHeight = 1, kImageWidth = 2, kImageColorspace = 3, kImageBytes = 4;
constexpr std::uint32_t kSessionStatus = 1;
constexpr std::int64_t kSessionStart = 1;
constexpr std::int64_t kRgb = 3;

double wall_time_s() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration<double>(since_epoch).count();
}

/// TFRecord stores checksums rotated and shifted, so that a checksum of checksums stays sound.
std::string masked_crc(std::string_view bytes) {
  const std::uint32_t crc = crc32c(bytes);
  return little_endian(((crc >> 15) | (crc << 17)) + 0xa282ead8U, 4);
}

std::string framed(std::string_view payload) {
  const std::string length = little_endian(payload.size(), 8);
  return length + masked_crc(length) + std::string(payload) + masked_crc(payload);
}

ProtobufMessage event_at(std::int64_t step) {
  ProtobufMessage event;
  event.add_double(kEventWallTime, wall_time_s()).add_integer(kEventStep, step);
  return event;
}

FileDescriptor create_file(const fs::path& path) {
  FileDescriptor file(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0666));
  storage_check(file.get(), "create", path, 0);
  return file;
}

/// TensorBoard reads a folder's files in the order of their names: seconds first.
fs::path path_in(const fs::path& run_folder, std::int64_t first_step) {
  return run_folder / fmt::format("events.out.tfevents.{:010.0f}.{}.{}", std::floor(wall_time_s()),
                                  process_tag(), first_step);
}

}  // namespace

EventFile::EventFile(const fs::path& run_folder, std::int64_t first_step)
    : path_(path_in(run_folder, first_step)), file_(create_file(path_)) {
  append(event_at(0).add_bytes(kEventFileVersion, "brain.Event:2"));
  const ProtobufMessage start = ProtobufMessage().add_integer(kSessionStatus, kSessionStart);
  append(event_at(first_step).add_bytes(kEventSessionLog, start.bytes()));
}

void EventFile::add_scalars(std::int64_t step,
                            std::span<const std::pair<std::string, double>> values) {
  ProtobufMessage summary;
  for (const auto& [tag, number] : values) {
    if (!std::isfinite(number)) continue;
    ProtobufMessage value;
    value.add_bytes(kValueTag, tag).add_float(kValueSimple, static_cast<float>(number));
    summary.add_bytes(kSummaryValue, value.bytes());
  }
  append(event_at(step).add_bytes(kEventSummary, summary.bytes()));
}

void EventFile::add_image(std::int64_t step, std::string_view tag, const PngImage& image) {
  ProtobufMessage picture;
  picture.add_integer(kImageHeight, image.height)
      .add_integer(kImageWidth, image.width)
      .add_integer(kImageColorspace, kRgb)
      .add_bytes(kImageBytes, image.bytes);
  ProtobufMessage value;
  value.add_bytes(kValueTag, tag).add_bytes(kValueImage, picture.bytes());
  const ProtobufMessage summary = ProtobufMessage().add_bytes(kSummaryValue, value.bytes());
  append(event_at(step).add_bytes(kEventSummary, summary.bytes()));
}

void EventFile::append(const ProtobufMessage& event) {
  const std::string record = framed(event.bytes());
  write_all(file_, std::as_bytes(std::span(record)), path_, record.size());
}

}  // namespace rocm::data
