// SPDX-License-Identifier: Apache-2.0
// Writes records whose every number follows from its place, so that the Python tests can tell
// whether a number that they read is right.
//   record_writer trajectories RUN_FOLDER ATTEMPT RANKS FIRST_STEP LAST_STEP finish|wait
//     Says each step on standard output once it is on file; `wait` then waits for a line of input
//     with the files still open.
//   record_writer events RUN_FOLDER FIRST_STEP
//     Curves of two steps and a picture.
//   record_writer comparison FILE
//     Two policies, three prompts, two seeds.
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <ATen/ops/arange.h>

#include "data/records/comparison_record.hpp"
#include "data/records/event_file.hpp"
#include "data/records/master_record.hpp"
#include "data/records/trajectory_record.hpp"
#include "data/run/run_folder.hpp"
#include "dist/base/contract.hpp"

namespace {

namespace fs = std::filesystem;
using rocm::data::RecordPlan;
using rocm::data::RunFolder;
using rocm::data::TrajectoryRecord;
using rocm::data::TrajectoryStep;

constexpr std::int64_t kBatch = 4;
constexpr std::int64_t kTransitions = 3;

RecordPlan plan_for(std::int64_t ranks) {
  return {.samples_per_rank = kBatch / ranks,
          .world_size = ranks,
          .channels = 2,
          .height = 5,
          .width = 3,
          .fields = {"mean", "state"},
          .sigma = {0.75, 0.5, 0.25},
          .timestep = {999, 759, 499},
          .next_timestep = {759, 499, 259},
          .prompts = {"a red circle", "ein gr\u00fcnes Quadrat", "\u4e00\u53ea\u732b"},
          .reward_names = {"pickscore", "clipscore"},
          .divergence = "kl",
          .beta = 0.1,
          .reduction = "mean",
          .configuration = "[run]\nname = \"t\u00e9st\"\n"};
}

/// 0, 1, 2, ... from a start that step and rank fix, kept small enough to be exact in fp16.
at::Tensor ramp(std::int64_t start, at::IntArrayRef shape) {
  std::int64_t count = 1;
  for (const std::int64_t length : shape) count *= length;
  return at::arange(start, start + count, at::kDouble).remainder(1024).view(shape);
}

TrajectoryStep step_of(std::int64_t step, std::int64_t rank, const RecordPlan& plan) {
  const std::int64_t S = plan.samples_per_rank;
  const std::int64_t first = rank * S;  // place of the rank's samples in the batch
  const std::int64_t latent = plan.channels * plan.height * plan.width;
  const at::Tensor sample_S = at::arange(first, first + S, at::kLong);
  const auto scalars_SN = [&](std::int64_t offset) {
    return ramp(step * 7 + first * kTransitions + offset, {S, kTransitions});
  };
  const auto latents = [&](std::int64_t offset) {
    return ramp(step * 7 + first * kTransitions * latent + offset,
                {S, kTransitions, plan.channels, plan.height, plan.width});
  };
  return {.step = step,
          .sample_id_S = sample_S,
          .prompt_id_S = sample_S.remainder(3),
          .reward_S = ramp(step * 7 + first, {S}),
          .reward_by_name_S = {{"pickscore", ramp(step * 7 + first + 1, {S})}},
          .divergence_SN = scalars_SN(0),
          .delta_SN = scalars_SN(1),
          .mean_SNCHW = latents(0),
          .state_SNCHW = latents(1)};
}

using Arguments = std::vector<std::string>;

void write_trajectories(const Arguments& arguments) {
  const RunFolder run(arguments.at(2));
  const fs::path folder = run.attempt(std::stoll(arguments.at(3)));
  const std::int64_t ranks = std::stoll(arguments.at(4));
  const RecordPlan plan = plan_for(ranks);
  fs::create_directories(folder);
  rocm::data::write_master_record(folder, plan);
  std::vector<std::unique_ptr<TrajectoryRecord>> records;
  for (std::int64_t rank = 0; rank < ranks; ++rank) {
    records.push_back(std::make_unique<TrajectoryRecord>(
        folder / rocm::data::trajectory_file_name(rank), plan, static_cast<int>(rank)));
  }
  for (std::int64_t k = std::stoll(arguments.at(5)); k <= std::stoll(arguments.at(6)); ++k) {
    for (std::int64_t rank = 0; rank < ranks; ++rank) {
      records[static_cast<std::size_t>(rank)]->append(step_of(k, rank, plan));
    }
    std::cout << k << std::endl;
  }
  if (arguments.at(7) == "wait") std::cin.get();
  for (const auto& record : records) record->finish();
}

void write_events(const Arguments& arguments) {
  const std::int64_t first = std::stoll(arguments.at(3));
  rocm::data::EventFile events(arguments.at(2), first);
  for (std::int64_t k = first; k < first + 2; ++k) {
    const std::vector<std::pair<std::string, double>> point = {
        {"reward", 0.25 * static_cast<double>(k)}, {"divergence", std::nan("")}, {"loss", -1.5}};
    events.add_scalars(k, point);
  }
  events.add_image(first, "samples", {.bytes = "not really a PNG", .height = 300, .width = 2});
}

void write_comparison(const Arguments& arguments) {
  const auto numbers = [](at::IntArrayRef shape, double offset) {
    return ramp(0, shape).add(offset);
  };
  const auto estimates = [&](at::IntArrayRef shape) {
    return rocm::data::Estimates{.value = numbers(shape, 10.0),
                                 .low = numbers(shape, 9.0),
                                 .high = numbers(shape, std::nan(""))};
  };
  rocm::data::write_comparison_record(
      arguments.at(2),
      {.policies = {{.name = "base"},
                    {.name = "t\u00e9st@50", .adapter = "a/b", .sha256 = "0f", .step = 50}},
       .prompts = plan_for(1).prompts,
       .seeds = 2,
       .measures = {{.name = "shapes",
                     .description = "raw score shapes",
                     .value_LPS = numbers({2, 3, 2}, 0.5),
                     .mean_L = estimates({2}),
                     .difference_LL = estimates({2, 2})}},
       .attributes = {
           {"seed", std::int64_t{0}}, {"confidence", 0.95}, {"divergence", std::string("kl")}}});
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const Arguments arguments(argv, argv + argc);
    const std::map<std::string, void (*)(const Arguments&)> kinds = {
        {"trajectories", write_trajectories},
        {"events", write_events},
        {"comparison", write_comparison}};
    kinds.at(arguments.at(1))(arguments);
    return 0;
  } catch (const rocm::Failure& failure) {
    std::cerr << failure.what() << "\n";
    return static_cast<int>(failure.code());
  }
}
