// SPDX-License-Identifier: Apache-2.0
#include "tests/support/golden_pipeline.hpp"

#include <utility>

#include <fmt/format.h>

#include "launcher/config_io.hpp"
#include "tests/support/source_paths.hpp"

namespace rocm::test {
namespace {

constexpr std::int64_t kBatch = 2;

}  // namespace

std::string golden_step(const std::string& name) {
  return (test::golden_folder() / "rocm_step" / name).string();
}

launcher::Config golden_config(const GoldenRun& run) {
  const std::string load =
      run.lora.empty() ? "" : fmt::format("load = \"{}\"\n", golden_step(run.lora));
  return launcher::parse_config(
      fmt::format("[model]\npath = \"{}\"\ndevice = \"cpu\"\nprecision = \"{}\"\n{}\n"
                  "[lora]\nrank = 4\nalpha = 8.0\n{}{}\n"
                  "[[reward]]\nname = \"pickscore\"\npath = \"{}\"\n"
                  "[objective]\n{}\n"
                  "[data]\nprompts = \"{}\"\nbatch_size = {}\nmicro_batch = {}\n",
                  golden_step("lcm"), run.precision, run.model, load, run.lora_keys,
                  golden_step("clip"), run.objective, golden_step("prompts.txt"), kBatch, kBatch),
      "golden.toml");
}

GoldenRun short_run() {
  return {.model = "steps = 3\nresolution = 24\n"};
}

objective::Unit whole_batch(launcher::Assembly& assembly) {
  auto units = assembly.workload(kBatch).units_at(1, {.first = 0, .count = kBatch}, kBatch);
  return std::move(units.front());
}

objective::Pipeline pipeline_of(const launcher::Assembly& assembly) {
  return {.policy = assembly.generator.policy,
          .decode = assembly.generator.decode,
          .reward = assembly.reward};
}

}  // namespace rocm::test
