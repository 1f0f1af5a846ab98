// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "launcher/assembly.hpp"

namespace rocm::test {

/// How a test runs the tiny pipeline of tests/golden/rocm_step; the strings are TOML.
struct GoldenRun {
  std::string precision = "fp64";
  std::string lora = "lora_peft";  ///< file or folder beside the model; empty: a fresh adapter
  std::string lora_keys = "";      ///< more keys of [lora]
  std::string model = "";          ///< more keys of [model]
  std::string objective = "";      ///< keys of [objective]
};

/// Path of a file of the tiny pipeline.
[[nodiscard]] std::string golden_step(const std::string& name);

/// The run as a configuration: a batch of two in one unit, on the CPU.
[[nodiscard]] launcher::Config golden_config(const GoldenRun& run);

/// 3 steps at 24 x 24 pixels instead of 8 at 48 x 48, for tests that evaluate often.
[[nodiscard]] GoldenRun short_run();

/// The whole batch of `assembly` as one unit: of its replay file, or drawn by its seed.
[[nodiscard]] objective::Unit whole_batch(launcher::Assembly& assembly);

[[nodiscard]] objective::Pipeline pipeline_of(const launcher::Assembly& assembly);

}  // namespace rocm::test
