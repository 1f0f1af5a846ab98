// SPDX-License-Identifier: Apache-2.0
#include "launcher/config/known_keys.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "message_of.hpp"

namespace rocm::launcher {
namespace {

using rocm::test::usage_error_of;

constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz_";

/// Every word that one slip of the keyboard makes of this one.
std::set<std::string> typos_of(const std::string& word) {
  std::set<std::string> typos;
  for (std::size_t i = 0; i < word.size(); ++i) {
    typos.insert(word.substr(0, i) + word.substr(i + 1));
    std::string swapped = word;
    if (i > 0) std::swap(swapped[i - 1], swapped[i]);
    typos.insert(swapped);
    for (const char letter : kLetters) {
      std::string substituted = word;
      substituted[i] = letter;
      typos.insert(substituted);
      typos.insert(word.substr(0, i) + letter + word.substr(i));
    }
  }
  for (const char letter : kLetters) typos.insert(word + letter);
  typos.erase("");
  typos.erase(word);
  return typos;
}

/// The tree of one key: "a.b.c" inside the tables a and b.
Setting::Table tree_of(const std::string& key) {
  const std::size_t dot = key.find('.');
  if (dot == std::string::npos) return {{key, "here", {std::int64_t{1}, "here"}}};
  return {{key.substr(0, dot), "here", {tree_of(key.substr(dot + 1)), "here"}}};
}

struct Count {
  std::size_t typos = 0;
  std::size_t accepted = 0;
  std::size_t understood = 0;
};

Count count_typos(const std::string& key, const std::vector<std::string>& known) {
  const std::size_t leaf = key.rfind('.') + 1;
  Count count;
  for (const std::string& typo : typos_of(key.substr(leaf))) {
    const std::string wrong = key.substr(0, leaf) + typo;
    if (std::ranges::find(known, wrong) != known.end()) continue;  // another key, and legal
    const std::string error = usage_error_of([&] { refuse_unknown_keys(tree_of(wrong)); });
    ++count.typos;
    if (error.find("unknown key " + wrong) == std::string::npos) ++count.accepted;
    if (error.find("did you mean " + key + "?") != std::string::npos) ++count.understood;
  }
  return count;
}

TEST(KnownKeys, EveryTypoOfEveryKeyIsRefusedAndNearlyAllAreUnderstood) {
  const std::vector<std::string> known = known_keys();
  Count total;
  for (const std::string& key : known) {
    const Count count = count_typos(key, known);
    EXPECT_EQ(count.accepted, 0U) << key;
    total.typos += count.typos;
    total.understood += count.understood;
  }
  EXPECT_GT(total.typos, 10'000U);
  EXPECT_GE(static_cast<double>(total.understood), 0.95 * static_cast<double>(total.typos))
      << total.understood << " of " << total.typos;
}

TEST(KnownKeys, NoKeyIsOneSlipAwayFromItsNeighbour) {
  const std::vector<std::string> known = known_keys();
  for (const std::string& key : known) {
    const std::size_t leaf = key.rfind('.') + 1;
    for (const std::string& typo : typos_of(key.substr(leaf))) {
      EXPECT_EQ(std::ranges::find(known, key.substr(0, leaf) + typo), known.end()) << key;
    }
  }
}

TEST(KnownKeys, AreThoseOfTheContract) {
  const std::vector<std::string> known = known_keys();
  const std::vector<std::string> contract = {"run.name",
                                             "run.output",
                                             "run.seed",
                                             "run.iterations",
                                             "model.path",
                                             "model.device",
                                             "model.precision",
                                             "model.resolution",
                                             "model.eta",
                                             "model.steps",
                                             "model.guidance_scale",
                                             "model.timestep_rule",
                                             "model.checkpoint",
                                             "lora.rank",
                                             "lora.alpha",
                                             "lora.targets",
                                             "lora.init",
                                             "lora.load",
                                             "reward.name",
                                             "reward.path",
                                             "reward.weight",
                                             "objective.method",
                                             "objective.divergence",
                                             "objective.beta",
                                             "objective.reduction",
                                             "objective.js_estimator",
                                             "objective.reference_gradient",
                                             "objective.measure_every",
                                             "objective.truncate",
                                             "optimizer.learning_rate",
                                             "optimizer.betas",
                                             "optimizer.weight_decay",
                                             "optimizer.epsilon",
                                             "optimizer.max_grad_norm",
                                             "optimizer.warmup",
                                             "optimizer.schedule",
                                             "data.prompts",
                                             "data.batch_size",
                                             "data.micro_batch",
                                             "dist.backend",
                                             "dist.reduction",
                                             "dist.timeout_s",
                                             "records.every",
                                             "records.fields",
                                             "records.dtype",
                                             "checkpoint.every",
                                             "checkpoint.keep",
                                             "evaluation.every",
                                             "evaluation.prompts",
                                             "evaluation.images",
                                             "evaluation.score.name",
                                             "evaluation.score.path"};
  for (const std::string& key : contract)
    EXPECT_NE(std::ranges::find(known, key), known.end()) << key;
}

}  // namespace
}  // namespace rocm::launcher
