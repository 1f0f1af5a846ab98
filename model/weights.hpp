// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <ATen/core/Tensor.h>

#include "model/frozen_matrix.hpp"

namespace rocm::model {

/// When stored numbers become those of the network.
enum class Conversion : std::uint8_t {
  kAtOnce,
  /// Matrices on the CPU stay as they are stored, mapped and shared by the processes of a host, and
  /// are converted by every product: for towers that run seldom. The products are the same.
  kInProducts,
};

/// The named tensors of one weights file, handed out once, with the shape that the network expects.
///
/// Floating-point tensors are converted to one dtype and device as they are taken; a tensor that
/// already has both is handed out as it is, so a mapped file stays mapped. What is taken is held no
/// longer, so that no tensor but one is there in two types at a time.
class Weights {
 public:
  /// where: the file or folder that errors name.
  Weights(std::map<std::string, at::Tensor> tensors, std::string where, at::ScalarType dtype,
          at::Device device, Conversion conversion = Conversion::kAtOnce);

  /// Throws Failure(kInput) when the tensor is missing, is not a floating-point tensor or has
  /// another shape. Each tensor can be taken once.
  at::Tensor take(std::string_view name, at::IntArrayRef shape);

  /// The same for the matrix of a product, which may stay as it is stored.
  FrozenMatrix take_matrix(std::string_view name, at::IntArrayRef shape);

  [[nodiscard]] bool has(std::string_view name) const;

  /// Names of the tensors that no layer took.
  [[nodiscard]] std::vector<std::string> left_over() const;

  /// Throws Failure(kInput) when the file has a tensor that no layer took: it then describes a
  /// network that is not computed here.
  void expect_all_taken() const;

  [[nodiscard]] const std::string& where() const { return where_; }

  [[nodiscard]] at::ScalarType dtype() const { return dtype_; }

  [[nodiscard]] at::Device device() const { return device_; }

 private:
  at::Tensor take_stored(std::string_view name, at::IntArrayRef shape);

  std::map<std::string, at::Tensor, std::less<>> tensors_;
  std::set<std::string, std::less<>> taken_;
  std::string where_;
  at::ScalarType dtype_;
  at::Device device_;
  FrozenMatrix::Room room_;  ///< null: everything is converted at once
};

/// A place in the tree of names: `scope / "conv_in"` holds `conv_in.weight` and `conv_in.bias`.
/// Must not outlive its Weights.
class WeightScope {
 public:
  explicit WeightScope(Weights& weights) : weights_(&weights) {}

  WeightScope operator/(std::string_view name) const;
  WeightScope operator/(std::size_t index) const;

  /// The tensor `<path>.<name>`; errors as Weights::take.
  [[nodiscard]] at::Tensor take(std::string_view name, at::IntArrayRef shape) const;
  [[nodiscard]] FrozenMatrix take_matrix(std::string_view name, at::IntArrayRef shape) const;

  [[nodiscard]] bool has(std::string_view name) const;

  /// The dotted module path from the root; empty at the root.
  [[nodiscard]] const std::string& path() const { return path_; }

  [[nodiscard]] const Weights& weights() const { return *weights_; }

 private:
  WeightScope(Weights& weights, std::string path) : weights_(&weights), path_(std::move(path)) {}

  [[nodiscard]] std::string join(std::string_view name) const;

  Weights* weights_;
  std::string path_;
};

}  // namespace rocm::model
