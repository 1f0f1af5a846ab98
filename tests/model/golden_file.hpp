// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include <ATen/core/Tensor.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "data/json_file.hpp"
#include "data/safetensors.hpp"
#include "model/weights.hpp"
#include "tests/support/source_paths.hpp"

namespace rocm::test {

inline std::string golden(std::string_view name) {
  return (test::golden_folder() / name).string();
}

/// All tensors of `<name>.safetensors` among the golden files.
inline data::NamedTensors golden_tensors(std::string_view name) {
  return data::SafetensorsFile::open(golden(name) + ".safetensors").all();
}

/// The configuration in `<name>_cfg/config.json`.
inline nlohmann::json golden_config(std::string_view name) {
  return data::read_json(golden(name) + "_cfg/config.json");
}

inline model::Weights golden_weights(std::string_view name, at::ScalarType dtype = at::kFloat) {
  return {golden_tensors(std::string(name) + ".weights"), std::string(name), dtype, at::kCPU};
}

inline double largest_difference(const at::Tensor& a, const at::Tensor& b) {
  return a.to(at::kDouble).sub(b.to(at::kDouble)).abs().max().item<double>();
}

/// The largest difference in units of the largest element of b.
inline double relative_difference(const at::Tensor& a, const at::Tensor& b) {
  return largest_difference(a, b) / b.abs().max().item<double>();
}

}  // namespace rocm::test
