// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <vector>

#include <ATen/core/Tensor.h>

namespace rocm::test {

/// A scalar function of several tensors, all fp64.
using ScalarFunction = std::function<at::Tensor(const std::vector<at::Tensor>&)>;

/// The change of `function` per unit of travel along random unit directions, two ways.
struct Slopes {
  double differentiated = 0.0;  ///< <gradient, direction>, by autograd
  double measured = 0.0;        ///< by the five-point central difference
};

/// For input number `which` alone; the others stay where they are.
Slopes slopes_along_random_direction(const ScalarFunction& function,
                                     const std::vector<at::Tensor>& inputs, std::size_t which);

/// Fails the running test unless the derivative of `function` in every input agrees with finite
/// differences to a relative 1e-7 (of the gradient's norm).
void expect_right_gradients(const ScalarFunction& function, const std::vector<at::Tensor>& inputs);

/// A fixed random weighting of y's elements, summed: a scalar that no element can hide from.
at::Tensor weighed_sum(const at::Tensor& y);

/// Normal deviates from a fixed seed, fp64.
at::Tensor deviates(at::IntArrayRef shape, std::uint64_t seed);

}  // namespace rocm::test
