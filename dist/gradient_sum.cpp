// SPDX-License-Identifier: Apache-2.0
#include "dist/gradient_sum.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>

#include "dist/base/contract.hpp"

namespace rocm::dist {
namespace {

double largest_magnitude(const at::Tensor& values) {
  const auto largest = values.numel() == 0 ? 0.0 : values.abs().amax().item<double>();
  return std::isnan(largest) ? std::numeric_limits<double>::infinity() : largest;
}

double largest_everywhere(double mine, Communicator& communicator) {
  at::Tensor largest = at::full({1}, mine, at::kDouble);
  communicator.all_reduce(largest, Reduction::kMax);
  return largest.item<double>();
}

double largest_everywhere(std::span<const at::Tensor> gradients, Communicator& communicator) {
  double mine = 0.0;
  for (const at::Tensor& gradient : gradients) mine = std::max(mine, largest_magnitude(gradient));
  return largest_everywhere(mine, communicator);
}

/// The power of two that makes `num_units` values of at most `largest` add up below 2^62.
int fixed_point_exponent(double largest, std::int64_t num_units) {
  int exponent = 0;  // largest < 2^exponent
  static_cast<void>(std::frexp(largest, &exponent));
  const auto ceil_log2_units =
      static_cast<int>(std::bit_width(static_cast<std::uint64_t>(num_units) - 1));
  return 62 - exponent - ceil_log2_units;
}

/// values *= 2^exponent in two steps, since 2^exponent itself can leave the range of a double. Only
/// the second one can round: where it matters, the first stays among the normal numbers.
at::Tensor& scale_by_power_of_two(at::Tensor& values, int exponent) {
  const int half = exponent / 2;
  return values.mul_(std::ldexp(1.0, half)).mul_(std::ldexp(1.0, exponent - half));
}

at::Tensor to_fixed_point(const at::Tensor& gradient, int exponent) {
  at::Tensor scaled = gradient.to(at::kDouble, /*non_blocking=*/false, /*copy=*/true);
  return scale_by_power_of_two(scaled, exponent).round_().to(at::kLong);
}

at::Tensor from_fixed_point(const at::Tensor& sum, int exponent, at::ScalarType type) {
  at::Tensor values = sum.to(at::kDouble);
  return scale_by_power_of_two(values, -exponent).to(type);
}

void expect_summable(std::span<const at::Tensor> gradients) {
  expects(!gradients.empty(), "at least one unit on every rank");
  const at::Tensor& first = gradients.front();
  for (const at::Tensor& gradient : gradients)
    expects(gradient.dim() == 1 && gradient.is_floating_point() &&
                gradient.options().type_equal(first.options()) && gradient.sizes() == first.sizes(),
            "flat gradients of one length, type and device");
}

}  // namespace

std::optional<at::Tensor> sum_reproducibly(std::span<const at::Tensor> unit_gradients,
                                           std::int64_t num_units_everywhere,
                                           Communicator& communicator) {
  expect_summable(unit_gradients);
  expects(std::ssize(unit_gradients) <= num_units_everywhere, "no more units here than everywhere");
  const double largest = largest_everywhere(unit_gradients, communicator);
  if (!std::isfinite(largest)) return std::nullopt;

  const int exponent = fixed_point_exponent(largest, num_units_everywhere);
  const at::Tensor& first = unit_gradients.front();
  at::Tensor sum = at::zeros(first.sizes(), first.options().dtype(at::kLong));
  for (const at::Tensor& gradient : unit_gradients) sum.add_(to_fixed_point(gradient, exponent));
  communicator.all_reduce(sum, Reduction::kSum);

  at::Tensor flat = from_fixed_point(sum, exponent, first.scalar_type());
  if (!std::isfinite(largest_magnitude(flat))) return std::nullopt;  // the same on every rank
  return flat;
}

std::optional<at::Tensor> sum_fast(std::span<const at::Tensor> unit_gradients,
                                   Communicator& communicator) {
  expect_summable(unit_gradients);
  at::Tensor sum = unit_gradients.front().clone();
  for (const at::Tensor& gradient : unit_gradients.subspan(1)) sum.add_(gradient);
  communicator.all_reduce(sum, Reduction::kSum);
  // Ranks may hold different last digits: only an agreed number may choose the branch.
  const double largest = largest_everywhere(largest_magnitude(sum), communicator);
  if (!std::isfinite(largest)) return std::nullopt;
  return sum;
}

}  // namespace rocm::dist
