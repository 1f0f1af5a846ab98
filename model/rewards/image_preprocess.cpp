// SPDX-License-Identifier: Apache-2.0
#include "model/rewards/image_preprocess.hpp"

#include <algorithm>
#include <span>
#include <vector>

#include <ATen/ops/empty.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dist/base/contract.hpp"
#include "model/rewards/pil_bicubic.hpp"

namespace rocm::model {
namespace {

constexpr int kBicubic = 3;  // PIL.Image.BICUBIC

void refuse_preprocess_unless(bool supported, std::string_view key, const std::string& where) {
  if (supported) return;
  fail(ExitCode::kInput, {.where = where,
                          .problem = fmt::format("{} has a value that is not supported", key),
                          .because = "the score would silently differ from the published one",
                          .advice = "use the preprocessor_config.json of a CLIP model"});
}

/// Both spellings that transformers has had: 224 and {"shortest_edge": 224} or {"height": 224,
/// ...}.
std::int64_t edge_of(const nlohmann::json& json, const char* key, const std::string& where) {
  if (!json.contains(key) || json[key].is_null()) return 224;
  const nlohmann::json& value = json[key];
  if (value.is_number_integer()) return value.get<std::int64_t>();
  if (value.is_object())
    for (const char* name : {"shortest_edge", "height"})
      if (value.contains(name) && value[name].is_number_integer())
        return value[name].get<std::int64_t>();
  refuse_preprocess_unless(false, key, where);
  return 0;
}

std::array<double, 3> triple(const nlohmann::json& json, const char* key,
                             std::array<double, 3> fallback, const std::string& where) {
  if (!json.contains(key) || json[key].is_null()) return fallback;
  const nlohmann::json& value = json[key];
  const bool numbers = value.is_array() && value.size() == 3 &&
                       std::ranges::all_of(value, [](const auto& v) { return v.is_number(); });
  refuse_preprocess_unless(numbers, key, where);
  return {value[0].get<double>(), value[1].get<double>(), value[2].get<double>()};
}

bool is_switched_off(const nlohmann::json& json, const char* key) {
  return json.contains(key) && json[key].is_boolean() && !json[key].get<bool>();
}

struct Resized {
  std::int64_t height;
  std::int64_t width;
};

/// The shortest edge becomes `size` and the longer one is truncated, as torchvision and
/// transformers do; or both become `size`.
Resized resized(const ImagePreprocess& preprocess, std::int64_t height, std::int64_t width) {
  const std::int64_t size = preprocess.size;
  if (preprocess.framing == Framing::kSquare) return {.height = size, .width = size};
  return height <= width ? Resized{size, size * width / height}
                         : Resized{size * height / width, size};
}

/// Where the crop begins, of an edge that is `surplus` pixels longer.
std::int64_t crop_begin(std::int64_t surplus, Framing framing) {
  const std::int64_t half = surplus / 2;
  const bool up = framing == Framing::kCentreCropHalfEven && surplus % 2 == 1 && half % 2 == 1;
  return up ? half + 1 : half;
}

at::Tensor crop(const at::Tensor& image_BCHW, const ImagePreprocess& preprocess) {
  const std::int64_t size = preprocess.size;
  const std::int64_t top = crop_begin(image_BCHW.size(2) - size, preprocess.framing);
  const std::int64_t left = crop_begin(image_BCHW.size(3) - size, preprocess.framing);
  return image_BCHW.narrow(2, top, size).narrow(3, left, size);
}

at::Tensor channels(const std::array<double, 3>& values, const at::Tensor& like) {
  return at::tensor(at::ArrayRef<double>(values), at::kDouble)
      .to(like.options())
      .view({1, 3, 1, 1});
}

at::Tensor normalise(const at::Tensor& image_BCHW, const ImagePreprocess& preprocess) {
  return image_BCHW.sub(channels(preprocess.mean, image_BCHW))
      .div(channels(preprocess.deviation, image_BCHW));
}

/// uint8 [B, H, W, 3] -> fp32 [B, 3, H, W] in 0..1.
at::Tensor unit_range(const at::Tensor& pixels_BHWC) {
  return pixels_BHWC.permute({0, 3, 1, 2}).to(at::kFloat).div(255.0);
}

PictureSize picture_size(std::int64_t height, std::int64_t width) {
  return {.width = static_cast<int>(width), .height = static_cast<int>(height)};
}

/// One picture [H, W, 3] -> [h, w, 3], by Pillow's integer arithmetic.
at::Tensor resize_exactly(const at::Tensor& pixels_HWC, const Resized& to) {
  const at::Tensor dense_HWC = pixels_HWC.contiguous();
  const std::span<const std::uint8_t> bytes(dense_HWC.const_data_ptr<std::uint8_t>(),
                                            static_cast<std::size_t>(dense_HWC.numel()));
  const auto resized = pil_bicubic(bytes, picture_size(dense_HWC.size(0), dense_HWC.size(1)),
                                   picture_size(to.height, to.width));
  at::Tensor out_HWC = at::empty({to.height, to.width, 3}, at::kByte);
  std::ranges::copy(resized, out_HWC.mutable_data_ptr<std::uint8_t>());
  return out_HWC;
}

}  // namespace

ImagePreprocess ImagePreprocess::from_json(const nlohmann::json& json, const std::string& where) {
  for (const char* step : {"do_resize", "do_center_crop", "do_rescale", "do_normalize"})
    refuse_preprocess_unless(!is_switched_off(json, step), step, where);
  refuse_preprocess_unless(!json.contains("resample") || json["resample"] == kBicubic, "resample",
                           where);
  ImagePreprocess preprocess;
  preprocess.size = edge_of(json, "size", where);
  refuse_preprocess_unless(preprocess.size >= 1 && preprocess.size <= 4096, "size", where);
  refuse_preprocess_unless(edge_of(json, "crop_size", where) == preprocess.size, "crop_size",
                           where);
  preprocess.mean = triple(json, "image_mean", preprocess.mean, where);
  preprocess.deviation = triple(json, "image_std", preprocess.deviation, where);
  return preprocess;
}

at::Tensor ImagePreprocess::differentiable(const at::Tensor& image_BCHW) const {
  const Resized to = resized(*this, image_BCHW.size(2), image_BCHW.size(3));
  return normalise(crop(tensor_resize(image_BCHW, to.height, to.width), *this), *this);
}

at::Tensor ImagePreprocess::exact(const at::Tensor& pixels_BHWC) const {
  if (metric_resize == MetricResize::kTensor) return differentiable(unit_range(pixels_BHWC));
  const Resized to = resized(*this, pixels_BHWC.size(1), pixels_BHWC.size(2));
  std::vector<at::Tensor> resized_HWC;
  for (const at::Tensor& pixels_HWC : pixels_BHWC.unbind(0))
    resized_HWC.push_back(resize_exactly(pixels_HWC, to));
  return normalise(crop(unit_range(at::stack(resized_HWC)), *this), *this);
}

}  // namespace rocm::model
