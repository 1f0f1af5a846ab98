// SPDX-License-Identifier: Apache-2.0
#include <optional>
#include <string>
#include <vector>

#include <torch/csrc/autograd/autograd.h>

#include "model/unet.hpp"
#include "tests/gpu/needs_gpu.hpp"
#include "tests/model/golden_file.hpp"
#include "tests/model/slope.hpp"

namespace rocm::model {
namespace {

constexpr double kTolerance = 1e-4;  // relative to the largest element

/// A golden U-Net on one device, with an adapter on every kind of layer that takes one.
class AdaptedUNet {
 public:
  AdaptedUNet(const std::string& name, at::Device device)
      : io_(test::golden_tensors(name + ".io")), device_(device) {
    Weights weights(test::golden_tensors(name + ".weights"), name, at::kFloat, device);
    unet_.emplace(UNetConfig::from_json(test::golden_config(name), name), WeightScope(weights),
                  &plan_);
    std::uint64_t seed = 100;
    for (const AdaptedLayer& layer : plan_.layers())
      for (const auto& shape : {layer.a_shape, layer.b_shape})
        leaves_.push_back(test::deviates(shape, seed++).mul(0.2).to(device, at::kFloat));
  }

  struct Result {
    at::Tensor output;
    std::vector<at::Tensor> gradients;  ///< of x, the text, and the adapter's leaves
  };

  [[nodiscard]] Result operator()() const {
    const auto adapter = LowRankAdapter::from_leaves(plan_, leaves_);
    const at::Tensor x = on_device("x").requires_grad_();
    const at::Tensor text = on_device("ctx").requires_grad_();
    const at::Tensor guidance =
        io_.contains("timestep_cond") ? on_device("timestep_cond") : at::Tensor();
    const at::Tensor output = (*unet_)(x, unet_->time_features(io_.at("t"), guidance, &adapter),
                                       unet_->text_features(text, &adapter), &adapter);
    std::vector<at::Tensor> inputs{x, text};
    inputs.insert(inputs.end(), adapter.leaves().begin(), adapter.leaves().end());
    const at::Tensor weights = test::deviates(output.sizes(), 7).to(device_, at::kFloat);
    return {.output = output.detach().cpu(),
            .gradients = torch::autograd::grad({output.mul(weights).sum()}, inputs)};
  }

 private:
  [[nodiscard]] at::Tensor on_device(const char* name) const {
    return io_.at(name).to(device_, at::kFloat, /*non_blocking=*/false, /*copy=*/true);
  }

  data::NamedTensors io_;
  at::Device device_;
  AdapterPlan plan_{{"to_q", "to_k", "to_v", "to_out.0", "proj_in", "ff.net.0.proj", "ff.net.2",
                     "conv1", "conv_shortcut", "time_emb_proj"},
                    4,
                    2.0};
  std::optional<UNet> unet_;
  std::vector<at::Tensor> leaves_;
};

class UNetOnGpu : public test::NeedsGpu, public ::testing::WithParamInterface<const char*> {};

TEST_P(UNetOnGpu, AgreesWithTheCpuInValueAndGradients) {
  const auto expected = AdaptedUNet(GetParam(), at::kCPU)();
  const auto found = AdaptedUNet(GetParam(), at::kCUDA)();
  EXPECT_LT(test::relative_difference(found.output, expected.output), kTolerance);
  ASSERT_EQ(found.gradients.size(), expected.gradients.size());
  for (std::size_t i = 0; i < expected.gradients.size(); ++i) {
    EXPECT_TRUE(found.gradients[i].is_cuda()) << "gradient " << i;
    EXPECT_LT(test::relative_difference(found.gradients[i].cpu(), expected.gradients[i]),
              kTolerance)
        << "gradient " << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Golden, UNetOnGpu,
                         ::testing::Values("unet_tiny_lcm", "unet_tiny_sd", "unet_tiny_odd"));

}  // namespace
}  // namespace rocm::model
