// SPDX-License-Identifier: Apache-2.0
#include "model/weights.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "dist/base/contract.hpp"

namespace rocm::model {
namespace {

constexpr std::size_t kNamesShown = 5;
constexpr std::size_t kCharactersShown = 120;

/// A name out of a file, fit for a terminal and a log: escaped and cut.
std::string printable(std::string_view name) {
  return fmt::format("{:?}", name.substr(0, kCharactersShown));
}

}  // namespace

Weights::Weights(std::map<std::string, at::Tensor> tensors, std::string where, at::ScalarType dtype,
                 at::Device device, Conversion conversion)
    : tensors_(std::make_move_iterator(tensors.begin()), std::make_move_iterator(tensors.end())),
      where_(std::move(where)),
      dtype_(dtype),
      device_(device),
      room_(conversion == Conversion::kInProducts && device.is_cpu()
                ? std::make_shared<at::Tensor>()
                : nullptr) {
}

at::Tensor Weights::take(std::string_view name, at::IntArrayRef shape) {
  return take_stored(name, shape).to(device_, dtype_).contiguous();
}

FrozenMatrix Weights::take_matrix(std::string_view name, at::IntArrayRef shape) {
  if (!room_) return take(name, shape);
  return {take_stored(name, shape).contiguous(), room_};
}

at::Tensor Weights::take_stored(std::string_view name, at::IntArrayRef shape) {
  const auto found = tensors_.find(name);
  if (found == tensors_.end())
    fail(ExitCode::kInput, {.where = where_,
                            .problem = fmt::format("no tensor {}", name),
                            .because = "the configuration beside the weights asks for it",
                            .advice = "check that both belong to the same model"});
  at::Tensor& tensor = found->second;
  if (tensor.sizes() != shape)
    fail(ExitCode::kInput,
         {.where = where_,
          .problem = fmt::format("tensor {} has shape [{}]", name, fmt::join(tensor.sizes(), ", ")),
          .because = fmt::format("the configuration asks for [{}]", fmt::join(shape, ", ")),
          .advice = "check that weights and configuration belong to the same model"});
  if (!at::isFloatingType(tensor.scalar_type()))
    fail(ExitCode::kInput,
         {.where = where_,
          .problem = fmt::format("tensor {} has type {}", name, at::toString(tensor.scalar_type())),
          .because = "weights are floating-point numbers",
          .advice = "use the original, unquantised weights"});
  expects(taken_.emplace(name).second, "each tensor to be taken once");
  return std::exchange(tensor, {});
}

bool Weights::has(std::string_view name) const {
  return tensors_.find(name) != tensors_.end();
}

std::vector<std::string> Weights::left_over() const {
  std::vector<std::string> left;
  for (const auto& [name, tensor] : tensors_)
    if (!taken_.contains(name)) left.push_back(name);
  return left;
}

void Weights::expect_all_taken() const {
  std::vector<std::string> left = left_over();
  if (left.empty()) return;
  const std::size_t total = left.size();
  if (left.size() > kNamesShown) left.resize(kNamesShown);
  std::ranges::transform(left, left.begin(), printable);
  fail(ExitCode::kInput,
       {.where = where_,
        .problem = fmt::format("{} unexpected tensors: {}{}", total, fmt::join(left, ", "),
                               total > kNamesShown ? ", ..." : ""),
        .because = "they belong to a network that is not computed here",
        .advice = "check that weights and configuration belong to the same model"});
}

WeightScope WeightScope::operator/(std::string_view name) const {
  return {*weights_, join(name)};
}

WeightScope WeightScope::operator/(std::size_t index) const {
  return *this / std::to_string(index);
}

at::Tensor WeightScope::take(std::string_view name, at::IntArrayRef shape) const {
  return weights_->take(join(name), shape);
}

bool WeightScope::has(std::string_view name) const {
  return weights_->has(join(name));
}

FrozenMatrix WeightScope::take_matrix(std::string_view name, at::IntArrayRef shape) const {
  return weights_->take_matrix(join(name), shape);
}

std::string WeightScope::join(std::string_view name) const {
  return path_.empty() ? std::string(name) : fmt::format("{}.{}", path_, name);
}

}  // namespace rocm::model
