// SPDX-License-Identifier: Apache-2.0
#include "data/safetensors_header_reader.hpp"

#include <limits>
#include <utility>

#include <fmt/format.h>

#include "data/printable.hpp"
#include "dist/base/contract.hpp"

namespace rocm::data {
namespace {

constexpr std::size_t kMaxTensors = 1'000'000;
constexpr std::size_t kMaxNameBytes = 4096;
constexpr std::size_t kMaxRank = 16;
constexpr std::size_t kMaxDepth = 8;

}  // namespace

void SafetensorsHeaderReader::refuse(const std::string& problem) const {
  fail(ExitCode::kInput, {.where = where_,
                          .problem = problem,
                          .because = "the header is not what the safetensors format prescribes",
                          .advice = "fetch or write the file again"});
}

std::string SafetensorsHeaderReader::tensor_name() const {
  return printable(header_.tensors.back().name);
}

void SafetensorsHeaderReader::refuse_value(const char* found) const {
  switch (next_) {
    case Slot::kHeader:
      refuse(fmt::format("the header is {} instead of an object", found));
    case Slot::kMetadata:
      refuse(fmt::format("__metadata__ is {} instead of an object", found));
    case Slot::kMetadataText:
      refuse(fmt::format("__metadata__ entry \"{}\" is {} instead of a string", printable(key_),
                         found));
    case Slot::kTensor:
      refuse(fmt::format("entry \"{}\" is {} instead of an object", printable(key_), found));
    case Slot::kSurplus:
      refuse(fmt::format("tensor \"{}\" has {} after its data_offsets", tensor_name(), found));
    case Slot::kDtypeNull:
      refuse(fmt::format("dtype of tensor \"{}\" has {} instead of null", tensor_name(), found));
    case Slot::kDtype:
      refuse(fmt::format("dtype of tensor \"{}\" is {} instead of a string", tensor_name(), found));
    case Slot::kShape:
    case Slot::kLength:
      refuse(fmt::format("shape of tensor \"{}\" has {} instead of a list of whole numbers",
                         tensor_name(), found));
    default:
      refuse(fmt::format("data_offsets of tensor \"{}\" have {} instead of two whole numbers",
                         tensor_name(), found));
  }
}

bool SafetensorsHeaderReader::scalar_of_unknown(const char* found) {
  if (next_ != Slot::kUnknown) refuse_value(found);
  return true;
}

bool SafetensorsHeaderReader::null() {
  const bool meant = next_ == Slot::kMetadata ||  // null metadata is no metadata
                     next_ == Slot::kDtypeNull;
  return meant || scalar_of_unknown("null");
}

bool SafetensorsHeaderReader::boolean(bool /*value*/) {
  return scalar_of_unknown("a truth value");
}

bool SafetensorsHeaderReader::number_integer(std::int64_t /*value*/) {
  return scalar_of_unknown("a negative number");
}

bool SafetensorsHeaderReader::number_float(double /*value*/, const std::string& /*text*/) {
  return scalar_of_unknown("a fraction or a number beyond 64 bits");
}

bool SafetensorsHeaderReader::binary(std::vector<std::uint8_t>& /*bytes*/) {
  return scalar_of_unknown("binary data");
}

bool SafetensorsHeaderReader::number_unsigned(std::uint64_t value) {
  if (next_ == Slot::kLength) {
    add_length(value);
  } else if (next_ == Slot::kOffset) {
    if (offsets_.size() == 2) refuse_value("more");
    offsets_.push_back(value);
  } else {
    scalar_of_unknown("a number");
  }
  return true;
}

void SafetensorsHeaderReader::add_length(std::uint64_t length) {
  std::vector<std::int64_t>& shape = header_.tensors.back().shape;
  if (shape.size() == kMaxRank) {
    refuse(fmt::format("tensor \"{}\" has more than {} dimensions", tensor_name(), kMaxRank));
  }
  if (length > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    refuse(fmt::format("tensor \"{}\" has a size that overflows 64 bits", tensor_name()));
  }
  shape.push_back(static_cast<std::int64_t>(length));
}

bool SafetensorsHeaderReader::string(std::string& text) {
  if (next_ == Slot::kDtype) {
    set_dtype(text);
    expect_next();
    return true;
  }
  if (next_ != Slot::kMetadataText) return scalar_of_unknown("a string");
  header_.metadata[key_] = std::move(text);
  return true;
}

void SafetensorsHeaderReader::set_dtype(const std::string& name) {
  TensorInfo& tensor = header_.tensors.back();
  if (tensor.dtype != nullptr) {
    refuse(fmt::format("dtype of tensor \"{}\" is given twice", tensor_name()));
  }
  tensor.dtype = find_safetensors_dtype(name);
  if (tensor.dtype == nullptr) {
    refuse(
        fmt::format("tensor \"{}\" has the unknown dtype \"{}\"", tensor_name(), printable(name)));
  }
}

bool SafetensorsHeaderReader::start_object(std::size_t /*size*/) {
  switch (next_) {
    case Slot::kHeader:
    case Slot::kMetadata:
    case Slot::kUnknown:
      break;
    case Slot::kTensor:
      begin_tensor();
      break;
    case Slot::kDtype:
      open(Slot::kDtypeObject);
      return true;
    default:
      refuse_value("an object");
  }
  open(next_);
  return true;
}

bool SafetensorsHeaderReader::start_array(std::size_t /*size*/) {
  switch (next_) {
    case Slot::kTensor:
      begin_tensor();
      open(Slot::kTensorList);
      expect_next();
      return true;
    case Slot::kShape:
      shape_seen_ = true;
      open(Slot::kLength);
      return true;
    case Slot::kOffsets:
      offsets_seen_ = true;
      open(Slot::kOffset);
      return true;
    case Slot::kUnknown:
      open(Slot::kUnknown);
      return true;
    default:
      refuse_value("a list");
  }
}

void SafetensorsHeaderReader::open(Slot slot) {
  if (open_.size() == kMaxDepth) refuse(fmt::format("nested deeper than {}", kMaxDepth));
  open_.push_back(slot);
  next_ = slot;
}

void SafetensorsHeaderReader::close() {
  open_.pop_back();
  if (!open_.empty()) expect_next();
}

/// Right for lists; in objects key() decides.
void SafetensorsHeaderReader::expect_next() {
  next_ = open_.back();
  if (next_ != Slot::kTensorList) return;
  next_ = header_.tensors.back().dtype == nullptr ? Slot::kDtype
          : !shape_seen_                          ? Slot::kShape
          : !offsets_seen_                        ? Slot::kOffsets
                                                  : Slot::kSurplus;
}

bool SafetensorsHeaderReader::end_object() {
  if (open_.back() == Slot::kTensor) finish_tensor();
  if (open_.back() == Slot::kDtypeObject && header_.tensors.back().dtype == nullptr) {
    refuse(fmt::format("dtype of tensor \"{}\" is an empty object", tensor_name()));
  }
  close();
  return true;
}

bool SafetensorsHeaderReader::end_array() {
  if (open_.back() == Slot::kTensorList) finish_tensor();
  close();
  return true;
}

bool SafetensorsHeaderReader::key(std::string& name) {
  switch (open_.back()) {
    case Slot::kHeader:
      name_tensor_or_metadata(name);
      break;
    case Slot::kMetadata:
      if (header_.metadata.contains(name)) {
        refuse(fmt::format("__metadata__ entry \"{}\" is given twice", printable(name)));
      }
      key_ = std::move(name);
      next_ = Slot::kMetadataText;
      break;
    case Slot::kTensor:
      name_field(name);
      break;
    case Slot::kDtypeObject:
      set_dtype(name);
      next_ = Slot::kDtypeNull;
      break;
    default:
      next_ = Slot::kUnknown;
  }
  return true;
}

void SafetensorsHeaderReader::name_tensor_or_metadata(std::string& name) {
  if (name == "__metadata__") {
    if (std::exchange(metadata_seen_, true)) refuse("__metadata__ is given twice");
    next_ = Slot::kMetadata;
    return;
  }
  if (name.size() > kMaxNameBytes) {
    refuse(fmt::format("a tensor's name is longer than {} bytes: \"{}\"", kMaxNameBytes,
                       printable(name)));
  }
  if (!names_.insert(name).second) {
    refuse(fmt::format("tensor \"{}\" is given twice", printable(name)));
  }
  key_ = std::move(name);
  next_ = Slot::kTensor;
}

void SafetensorsHeaderReader::name_field(const std::string& name) {
  TensorInfo& tensor = header_.tensors.back();
  bool again = false;
  if (name == "dtype") {
    again = tensor.dtype != nullptr;
    next_ = Slot::kDtype;
  } else if (name == "shape") {
    again = shape_seen_;
    next_ = Slot::kShape;
  } else if (name == "data_offsets") {
    again = offsets_seen_;
    next_ = Slot::kOffsets;
  } else {
    next_ = Slot::kUnknown;
  }
  if (again) refuse(fmt::format("{} of tensor \"{}\" is given twice", name, tensor_name()));
}

void SafetensorsHeaderReader::begin_tensor() {
  if (header_.tensors.size() == kMaxTensors) {
    refuse(fmt::format("more than {} tensors", kMaxTensors));
  }
  header_.tensors.push_back({.name = key_});
  shape_seen_ = offsets_seen_ = false;
  offsets_.clear();
}

void SafetensorsHeaderReader::finish_tensor() {
  TensorInfo& tensor = header_.tensors.back();
  if (tensor.dtype == nullptr || !shape_seen_ || !offsets_seen_) {
    refuse(fmt::format("tensor \"{}\" lacks dtype, shape or data_offsets", tensor_name()));
  }
  if (offsets_.size() != 2) {
    refuse(fmt::format("data_offsets of tensor \"{}\" are not two numbers", tensor_name()));
  }
  tensor.begin = offsets_[0];
  tensor.end = offsets_[1];
}

bool SafetensorsHeaderReader::parse_error(std::size_t offset, const std::string& /*token*/,
                                          const nlohmann::json::exception& error) {
  const std::string text = error.what();
  refuse(fmt::format("the header is not JSON at its byte {}: {}", offset,
                     printable(text.substr(text.find("] ") + 2), 300)));
}

}  // namespace rocm::data
