// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "launcher/config/model_config.hpp"
#include "launcher/config/override.hpp"
#include "launcher/config/reward_config.hpp"

namespace rocm::launcher {

/// Where a run starts: at the newest complete checkpoint, at step 0, or at a named checkpoint.
enum class ResumeRule : std::uint8_t { kAuto, kNever };
using Resume = std::variant<ResumeRule, std::filesystem::path>;

enum class TrainMode : std::uint8_t {
  kTrain,
  kDryRun,        ///< check everything, print the resolved configuration
  kPrintDefaults  ///< print a complete commented configuration; no --config needed
};

struct TrainRequest {
  std::filesystem::path config;
  std::vector<Override> overrides;  ///< of --set and --output, in the order given
  Resume resume = ResumeRule::kAuto;
  std::optional<std::filesystem::path> noise;
  TrainMode mode = TrainMode::kTrain;
};

struct SampleRequest {
  std::filesystem::path model;
  std::filesystem::path prompts;
  std::filesystem::path output;
  std::optional<std::filesystem::path> lora;
  double lora_scale = 1.0;
  std::optional<std::filesystem::path> config;
  std::vector<Override> overrides;
  std::optional<std::filesystem::path> noise;
  std::optional<std::filesystem::path> tensors;
};

enum class CheckpointChoice : std::uint8_t { kNamed, kAll };

enum class ComparisonFormat : std::uint8_t { kTable, kJsonLines };

/// Either runs, or a model with or without an adapter.
struct EvaluateRequest {
  std::vector<std::filesystem::path> runs;
  CheckpointChoice checkpoints = CheckpointChoice::kNamed;  ///< of the runs, beside their results
  std::vector<std::int64_t> checkpoint_steps;               ///< that are named
  std::optional<std::filesystem::path> model;
  std::optional<std::filesystem::path> lora;
  std::optional<std::filesystem::path> config;
  std::vector<Override> overrides;
  std::optional<std::filesystem::path> prompts;  ///< nullopt: the runs'
  std::vector<ScoreConfig> scores;               ///< empty: the runs'
  std::int64_t seeds = 1;                        ///< pictures of a prompt
  std::filesystem::path output;
  ComparisonFormat format = ComparisonFormat::kTable;
};

struct ProbeRequest {
  std::filesystem::path config;
  std::vector<Override> overrides;
  std::optional<std::filesystem::path> lora;
  std::optional<std::filesystem::path> noise;
  std::filesystem::path tensors;
};

enum class ExportFormat : std::uint8_t { kDiffusers, kKohya, kPeft, kMerged };
enum class ExportDtype : std::uint8_t { kFp32, kFp16, kBf16 };

struct ExportRequest {
  std::filesystem::path lora;
  ExportFormat format = ExportFormat::kDiffusers;
  std::filesystem::path output;
  std::optional<std::filesystem::path> model;
  ExportDtype dtype = ExportDtype::kFp32;
  bool metadata = false;  ///< of diffusers files: alpha in the header instead of in B
};

enum class ScoreFormat : std::uint8_t { kJsonLines, kCsv };

enum class BadPictures : std::uint8_t {
  kFail,  ///< score the others, then fail
  kSkip
};

struct ScoreRequest {
  std::vector<std::filesystem::path> images;  ///< files and folders
  std::filesystem::path captions;
  std::vector<ScoreConfig> scores;
  ScoreFormat format = ScoreFormat::kJsonLines;
  Device device = Device::kAuto;
  std::int64_t batch_size = 8;          ///< pictures
  std::optional<std::int64_t> threads;  ///< nullopt: one per core
  BadPictures bad = BadPictures::kFail;
};

enum class ReportFormat : std::uint8_t { kText, kJson };

struct InspectRequest {
  std::filesystem::path path;
  ReportFormat format = ReportFormat::kText;
};

enum class SweepAction : std::uint8_t { kPlan, kRun, kEmitSlurm, kStatus, kCollect };

struct SweepRequest {
  SweepAction action = SweepAction::kPlan;
  std::filesystem::path config;
  std::vector<Override> overrides;              ///< of --set, in the order given
  std::optional<std::int64_t> jobs;             ///< members at a time
  std::optional<std::int64_t> ranks;            ///< of each member
  std::optional<std::filesystem::path> output;  ///< folder of kEmitSlurm, file of kCollect
  ReportFormat format = ReportFormat::kText;
};

struct DoctorRequest {};

struct VersionRequest {};

/// --help was asked for; the text is the result.
struct HelpRequest {
  std::string text;
};

using Request = std::variant<TrainRequest, SampleRequest, ScoreRequest, EvaluateRequest,
                             ProbeRequest, ExportRequest, InspectRequest, SweepRequest,
                             DoctorRequest, VersionRequest, HelpRequest>;

/// `arguments` are those after the program's name. Nothing is guessed or abbreviated. Throws
/// Failure(kUsage) naming the verb, the flag and what would be right.
[[nodiscard]] Request parse_command_line(std::span<const std::string> arguments);

/// Whether ranks take part: what only prints must not start MPI.
enum class Ranks : std::uint8_t { kOne, kAll };
[[nodiscard]] Ranks ranks_of(const Request& request);

}  // namespace rocm::launcher
