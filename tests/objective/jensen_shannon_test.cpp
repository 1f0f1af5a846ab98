// SPDX-License-Identifier: Apache-2.0
#include "objective/jensen_shannon.hpp"

#include <array>
#include <cmath>

#include <ATen/core/Tensor.h>
#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

namespace rocm::objective {
namespace {

/// JS(Delta) and JS'(Delta), from the definition in 40 digits (mpmath, adaptive quadrature).
struct Reference {
  double delta;
  double value;
  double derivative;
};

constexpr std::array kReference = std::to_array<Reference>({
    {1e-8, 1.24999999999999998e-17, 2.49999999999999994e-9},
    {1e-6, 1.24999999999984375e-13, 2.499999999999375e-7},
    {1e-4, 1.2499999984375e-9, 0.0000249999999375000002},
    {0.001, 1.24999984375002604e-7, 0.000249999937500015625},
    {0.01, 0.0000124998437526040853, 0.0024999375015624349},
    {0.0199, 0.0000494987997879571787, 0.00497450751131689372},
    {0.02, 0.0000499975001666458377, 0.00499950004999166883},
    {0.0201, 0.0000504986997954563456, 0.00502449251369143551},
    {0.05, 0.000312402384408356274, 0.0124921923777344842},
    {0.1, 0.00124844009607065849, 0.0249376556031535535},
    {0.3, 0.0111252848915926501, 0.0733491222445460525},
    {0.5, 0.0303113005208389806, 0.117631753057426104},
    {0.9, 0.0921281910690965766, 0.186547863199992631},
    {1, 0.11142148218473618, 0.198986433591624922},
    {1.1, 0.131859227248913666, 0.209438513237353473},
    {2, 0.336830820346831612, 0.224799754603336415},
    {4, 0.632720193736866982, 0.068597408790738814},
    {6, 0.689297933029077767, 0.00622661960985527074},
    {8, 0.693053645482919929, 0.000196437368036397035},
    {12, 0.693147177554174683, 9.24163632856434659e-9},
    {20, 0.693147180559945309, 1.19419173563556987e-22},
    {26, 0.693147180559945309, 1.24744343289938515e-37},
    {40, 0.693147180559945309, 8.64574159710963394e-88},
});

DivergenceValue js(double delta) {
  return JensenShannon()(at::full({1}, delta * delta, at::kDouble), 1.0, {});
}

TEST(JensenShannon, IsExactToElevenDigitsForEveryDistance) {
  for (const Reference& expected : kReference)
    EXPECT_NEAR(js(expected.delta).value_B.item<double>() / expected.value, 1.0, 1e-11)
        << "Delta " << expected.delta;
}

TEST(JensenShannon, HasAnExactDerivative) {
  for (const Reference& expected : kReference) {
    const double derivative = js(expected.delta).slope_B.item<double>() * 2.0 * expected.delta;
    EXPECT_NEAR(derivative / expected.derivative, 1.0, 1e-11) << "Delta " << expected.delta;
  }
}

TEST(JensenShannon, SaturatesAtLogTwo) {
  EXPECT_DOUBLE_EQ(js(1e3).value_B.item<double>(), std::log(2.0));
  EXPECT_EQ(js(1e3).slope_B.item<double>(), 0.0);
}

TEST(JensenShannon, DoesNotDependOnWhatElseIsInTheBatch) {
  const at::Tensor q_B = at::tensor({1e-16, 0.01, 1.0, 64.0, 1e6}, at::kDouble);
  const DivergenceValue together = JensenShannon()(q_B, 1.0, {});
  for (std::int64_t b = 0; b < q_B.numel(); ++b) {
    const DivergenceValue alone = JensenShannon()(q_B.narrow(0, b, 1), 1.0, {});
    EXPECT_EQ(alone.value_B.item<double>(), together.value_B[b].item<double>()) << b;
    EXPECT_EQ(alone.slope_B.item<double>(), together.slope_B[b].item<double>()) << b;
  }
}

}  // namespace
}  // namespace rocm::objective
