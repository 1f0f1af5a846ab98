// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include <ATen/core/grad_mode.h>

#include "dist/solo_communicator.hpp"
#include "launcher/method_factory.hpp"
#include "tests/support/golden_pipeline.hpp"
#include "tests/support/source_paths.hpp"

namespace rocm::objective {

using launcher::Config;

/// Two samples of three steps of a consistency model, judged by a method whose ratios may go far.
inline Config few_step_config(const std::string& method,
                              const std::string& keys = "clip_range = 0.3\n") {
  auto run = rocm::test::short_run();
  run.objective = "method = \"" + method + "\"\n[policy_gradient]\n" + keys;
  Config config = rocm::test::golden_config(run);
  config.model.eta.reset();
  return config;
}

/// The same of a diffusion model, as DDPO, DPOK and D3PO have it: DDIM with eta 1, both halves of
/// the guidance in one call.
inline Config guided_config(const std::string& method) {
  Config config = few_step_config(method);
  config.model.path = (rocm::test::source_folder() / "world/teacher").string();
  config.model.steps = 2;
  config.model.resolution = {.height = 32, .width = 32};
  config.model.guidance_scale = 3.0;
  config.model.eta = 1.0;
  config.lora.load.reset();
  return config;
}

/// A batch of two and the method that learns from it.
class Problem {
 public:
  explicit Problem(const Config& config)
      : assembly(config, {}),
        unit_(rocm::test::whole_batch(assembly)),
        method(launcher::make_method(assembly, alone_)) {}

  [[nodiscard]] Batch batch(const model::LowRankAdapter& adapter) const {
    return {.step = 1, .units = {&unit_, 1}, .size = 2, .adapter = adapter};
  }

  /// Samples with the adapter as it is.
  void sample() { method->begin(batch(assembly.adapter)); }

  [[nodiscard]] UnitEvaluation evaluate(const model::LowRankAdapter& adapter) const {
    return method->evaluate(batch(adapter), 0);
  }

  [[nodiscard]] UnitEvaluation evaluate() const { return evaluate(assembly.adapter); }

  [[nodiscard]] const Unit& unit() const { return unit_; }

  /// The loss of the sampled transitions under another policy.
  [[nodiscard]] double loss(const model::LowRankAdapter& adapter) const {
    return evaluate(adapter).loss_B.mean().item<double>();
  }

  /// Away from where it is: every parameter by this factor.
  void scale_adapter(double factor) {
    const at::NoGradGuard no_grad;
    for (const at::Tensor& leaf : assembly.adapter.leaves()) leaf.mul_(factor);
  }

  /// A fresh adapter's second factor is 0.
  void randomise_adapter() {
    const at::NoGradGuard no_grad;
    at::manual_seed(3);
    for (const at::Tensor& leaf : assembly.adapter.leaves()) leaf.normal_(0.0, 0.02);
  }

  launcher::Assembly assembly;

 private:
  Unit unit_;
  dist::SoloCommunicator alone_;

 public:
  std::unique_ptr<Method> method;
};

}  // namespace rocm::objective
