// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_set>
#include <vector>

#include <nlohmann/json.hpp>

#include "data/safetensors_header.hpp"

namespace rocm::data {

/// Reads the JSON of a safetensors header event by event (nlohmann's SAX interface), so that a
/// repeated name is seen and a hostile text costs no more memory than the tensors it names. Like
/// the reference library it also takes a tensor as a list, ["F32", [1], [0, 4]], and a dtype as an
/// object, {"F32": null}: so Rust's serde spells a struct and an enum.
/// Checks grammar and types; the offsets are checked against the file by
/// parse_safetensors_header. Throws Failure(kInput).
class SafetensorsHeaderReader {
 public:
  explicit SafetensorsHeaderReader(std::string where) : where_(std::move(where)) {}

  /// What was read; call after the last event.
  [[nodiscard]] SafetensorsHeader take() { return std::move(header_); }

  // The parser's events. Each returns true, "go on"; errors are thrown.
  bool null();
  bool boolean(bool value);
  bool number_integer(std::int64_t value);
  bool number_unsigned(std::uint64_t value);
  bool number_float(double value, const std::string& text);
  bool string(std::string& text);
  bool binary(std::vector<std::uint8_t>& bytes);
  bool start_object(std::size_t size);
  bool key(std::string& name);
  bool end_object();
  bool start_array(std::size_t size);
  bool end_array();
  bool parse_error(std::size_t offset, const std::string& token,
                   const nlohmann::json::exception& error);

 private:
  /// What the next value is, or what an open object or array holds.
  enum class Slot {
    kHeader,
    kMetadata,
    kMetadataText,
    kTensor,
    kTensorList,  ///< a tensor as a list: dtype, shape, offsets
    kSurplus,     ///< a fourth part of such a list
    kDtype,
    kDtypeObject,
    kDtypeNull,  ///< the value of its one entry
    kShape,
    kLength,
    kOffsets,
    kOffset,
    kUnknown,  ///< inside a field that this version of the format does not define
  };

  [[noreturn]] void refuse(const std::string& problem) const;
  [[noreturn]] void refuse_value(const char* found) const;
  [[nodiscard]] std::string tensor_name() const;
  bool scalar_of_unknown(const char* found);
  void open(Slot slot);
  void close();
  void expect_next();
  void begin_tensor();
  void finish_tensor();
  void name_tensor_or_metadata(std::string& name);
  void name_field(const std::string& name);
  void set_dtype(const std::string& name);
  void add_length(std::uint64_t length);

  std::string where_;
  SafetensorsHeader header_;
  Slot next_ = Slot::kHeader;
  std::vector<Slot> open_;
  std::string key_;                        ///< of the value that comes next
  std::unordered_set<std::string> names_;  ///< tensors so far
  bool metadata_seen_ = false;
  bool shape_seen_ = false;    ///< of the current tensor
  bool offsets_seen_ = false;  ///< of the current tensor
  std::vector<std::uint64_t> offsets_;
};

}  // namespace rocm::data
