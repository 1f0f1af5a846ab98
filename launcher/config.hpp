// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "launcher/config/checkpoint_config.hpp"
#include "launcher/config/data_config.hpp"
#include "launcher/config/dist_config.hpp"
#include "launcher/config/evaluation_config.hpp"
#include "launcher/config/lora_config.hpp"
#include "launcher/config/model_config.hpp"
#include "launcher/config/objective_config.hpp"
#include "launcher/config/optimizer_config.hpp"
#include "launcher/config/policy_gradient_config.hpp"
#include "launcher/config/records_config.hpp"
#include "launcher/config/reward_config.hpp"
#include "launcher/config/run_config.hpp"

namespace rocm::launcher {

/// All that a user can ask of a run: one member per TOML table. Each struct describes its keys
/// once; reader, --set, --print-defaults and the resolved dump visit the descriptions.
struct Config {
  RunConfig run;
  ModelConfig model;
  LoraConfig lora;
  std::vector<RewardConfig> reward;
  ObjectiveConfig objective;
  PolicyGradientConfig policy_gradient;
  OptimizerConfig optimizer;
  DataConfig data;
  DistConfig dist;
  RecordsConfig records;
  CheckpointConfig checkpoint;
  EvaluationConfig evaluation;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor&& visit) {
    visit(self.run, Field{.name = "run", .meaning = "the run as a whole"});
    visit(self.model, Field{.name = "model", .meaning = "the policy and how it samples"});
    visit(self.lora, Field{.name = "lora", .meaning = "what is trained: a low-rank adapter"});
    visit(self.reward, Field{.name = "reward",
                             .meaning = "what is maximised; several are summed by weight",
                             .presence = Presence::kRequired});
    visit(self.objective, Field{.name = "objective", .meaning = "reward - beta * divergence"});
    visit(self.policy_gradient,
          Field{.name = "policy_gradient", .meaning = "for the methods rlcm, ddpo, dpok and d3po"});
    visit(self.optimizer, Field{.name = "optimizer", .meaning = "AdamW"});
    visit(self.data, Field{.name = "data", .meaning = "prompts and batch sizes"});
    visit(self.dist, Field{.name = "dist", .meaning = "how ranks agree"});
    visit(self.records, Field{.name = "records", .meaning = "trajectory files"});
    visit(self.checkpoint, Field{.name = "checkpoint", .meaning = "what a resume starts from"});
    visit(self.evaluation, Field{.name = "evaluation", .meaning = "progress on fixed prompts"});
  }
};

}  // namespace rocm::launcher
