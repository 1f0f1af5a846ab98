// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "data/image_grid.hpp"
#include "data/run/run_folder.hpp"
#include "launcher/evaluator.hpp"

namespace rocm::launcher {

/// evaluation.jsonl of a run.
[[nodiscard]] std::filesystem::path evaluations_of(const data::RunFolder& folder);

/// Adds a line to it: step, images, divergence, and per score the means of base and
/// policy and the standard error of their paired difference. Throws Failure(kStorage).
void append_evaluation(const data::RunFolder& folder, const EvaluationReport& report);

/// Whether a line of that step is there.
[[nodiscard]] bool has_evaluation(const data::RunFolder& folder, std::int64_t step);

/// Drops the lines of later steps, and what a killed writer left unfinished, when a run goes on
/// after `last_step`.
void forget_evaluations_after(const data::RunFolder& folder, std::int64_t last_step);

/// Base model beside policy, picture by picture: columns come in pairs.
[[nodiscard]] data::Image comparison_grid(const EvaluationReport& report);

/// The same figures for people, one line per score.
[[nodiscard]] std::string evaluation_table(const EvaluationReport& report);

}  // namespace rocm::launcher
