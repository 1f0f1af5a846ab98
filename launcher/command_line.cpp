// SPDX-License-Identifier: Apache-2.0
#include "launcher/command_line.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "data/printable.hpp"
#include "dist/base/contract.hpp"
#include "launcher/config/choice.hpp"
#include "launcher/given_flags.hpp"
#include "launcher/help_text.hpp"
#include "launcher/spelling.hpp"

namespace rocm::launcher {

template <>
inline constexpr auto kChoices<ExportFormat> =
    std::to_array<Choice<ExportFormat>>({{ExportFormat::kDiffusers, "diffusers"},
                                         {ExportFormat::kKohya, "kohya"},
                                         {ExportFormat::kPeft, "peft"},
                                         {ExportFormat::kMerged, "merged"}});
template <>
inline constexpr auto kChoices<ExportDtype> = std::to_array<Choice<ExportDtype>>(
    {{ExportDtype::kFp32, "fp32"}, {ExportDtype::kFp16, "fp16"}, {ExportDtype::kBf16, "bf16"}});

template <>
inline constexpr auto kChoices<ScoreFormat> = std::to_array<Choice<ScoreFormat>>(
    {{ScoreFormat::kJsonLines, "jsonl"}, {ScoreFormat::kCsv, "csv"}});

template <>
inline constexpr auto kChoices<SweepAction> =
    std::to_array<Choice<SweepAction>>({{SweepAction::kPlan, "plan"},
                                        {SweepAction::kRun, "run"},
                                        {SweepAction::kEmitSlurm, "emit-slurm"},
                                        {SweepAction::kStatus, "status"},
                                        {SweepAction::kCollect, "collect"}});

namespace {

/// One of the names of an enumeration; `flag` as messages name it.
template <ChosenByName Enum>
Enum chosen_by(const GivenFlags& flags, std::string_view flag, const std::string& word) {
  std::vector<std::string> names;
  for (const auto& choice : kChoices<Enum>) {
    if (choice.name == word) return choice.value;
    names.emplace_back(choice.name);
  }
  const auto meant = nearest(word, names);
  flags.refuse(fmt::format("unknown {} {}", flag, data::printable(word)),
               fmt::format("it is one of {}", fmt::join(names, ", ")),
               meant ? fmt::format("did you mean {}?", *meant) : "choose one of them");
}

template <ChosenByName Enum>
Enum chosen(const GivenFlags& flags, std::string_view flag, const std::string& word) {
  return chosen_by<Enum>(flags, fmt::format("--{}", flag), word);
}

TrainMode mode_of(const GivenFlags& flags) {
  const bool defaults = flags.has("print-defaults");
  const bool dry = flags.has("dry-run");
  if (defaults && dry)
    flags.refuse("--dry-run and --print-defaults exclude each other", "each prints a configuration",
                 "give one of them");
  if (defaults) return TrainMode::kPrintDefaults;
  return dry ? TrainMode::kDryRun : TrainMode::kTrain;
}

Resume resume_of(const GivenFlags& flags) {
  const std::string value = flags.text("resume").value_or("auto");
  if (value == "auto") return ResumeRule::kAuto;
  if (value == "never") return ResumeRule::kNever;
  return std::filesystem::path(value);
}

Request train_request(const GivenFlags& flags) {
  TrainRequest request;
  request.mode = mode_of(flags);
  if (request.mode == TrainMode::kPrintDefaults) return request;
  request.config = flags.required_path("config");
  request.overrides = flags.overrides();
  if (const auto output = flags.text("output"))
    request.overrides.push_back(override_with_text("--output " + *output, "run.output", *output));
  request.resume = resume_of(flags);
  request.noise = flags.path("noise");
  return request;
}

Request sample_request(const GivenFlags& flags) {
  return SampleRequest{.model = flags.required_path("model"),
                       .prompts = flags.required_path("prompts"),
                       .output = flags.required_path("output"),
                       .lora = flags.path("lora"),
                       .lora_scale = flags.number("lora-scale", 1.0),
                       .config = flags.path("config"),
                       .overrides = flags.overrides(),
                       .noise = flags.path("noise"),
                       .tensors = flags.path("tensors")};
}

/// NAME or NAME=PATH.
ScoreConfig score_of(const GivenFlags& flags, const std::string& word) {
  const std::size_t equals = word.find('=');
  ScoreConfig score{.name = chosen<ScoreName>(flags, "score", word.substr(0, equals))};
  score.antialias = !flags.has("no-antialias");
  if (equals == std::string::npos) return score;
  score.path = word.substr(equals + 1);
  if (score.path->empty())
    flags.refuse(fmt::format("--score {} has no path behind =", data::printable(word)),
                 "its weights are read from there", "write NAME=PATH");
  return score;
}

std::vector<ScoreConfig> scores_of(const GivenFlags& flags) {
  std::vector<ScoreConfig> scores;
  for (const std::string& word : flags.required_texts("score")) {
    const ScoreConfig score = score_of(flags, word);
    if (std::ranges::find(scores, score.name, &ScoreConfig::name) != scores.end())
      flags.refuse(fmt::format("--score {} is given twice", name_of(score.name)),
                   "its numbers would have the same name", "run the verb once for each");
    scores.push_back(score);
  }
  return scores;
}

Request score_request(const GivenFlags& flags) {
  ScoreRequest request{
      .captions = flags.required_path("captions"),
      .scores = scores_of(flags),
      .format = chosen<ScoreFormat>(flags, "format", flags.text("format").value_or("jsonl")),
      .device = chosen<Device>(flags, "device", flags.text("device").value_or("auto")),
      .batch_size = flags.whole_number("batch-size").value_or(8),
      .threads = flags.whole_number("threads"),
      .bad = flags.has("skip-bad") ? BadPictures::kSkip : BadPictures::kFail};
  for (const std::string& path : flags.required_texts("images")) request.images.emplace_back(path);
  return request;
}

Request probe_request(const GivenFlags& flags) {
  return ProbeRequest{.config = flags.required_path("config"),
                      .overrides = flags.overrides(),
                      .lora = flags.path("lora"),
                      .noise = flags.path("noise"),
                      .tensors = flags.required_path("tensors")};
}

Request export_request(const GivenFlags& flags) {
  ExportRequest request{
      .lora = flags.required_path("lora"),
      .format = chosen<ExportFormat>(flags, "format", flags.required_text("format")),
      .output = flags.required_path("output"),
      .model = flags.path("model"),
      .dtype = chosen<ExportDtype>(flags, "dtype", flags.text("dtype").value_or("fp32")),
      .metadata = flags.has("metadata")};
  if (request.metadata && request.format != ExportFormat::kDiffusers)
    flags.refuse("--metadata is of --format diffusers alone",
                 "kohya and peft always store alpha, and merged has none", "leave it out");
  if (request.format == ExportFormat::kMerged && !request.model)
    flags.refuse("--model is missing", "merged adds the adapter to a model's weights",
                 "give --model DIR");
  return request;
}

Request inspect_request(const GivenFlags& flags) {
  return InspectRequest{.path = flags.required_operand(),
                        .format = flags.has("json") ? ReportFormat::kJson : ReportFormat::kText};
}

/// Flags that only some actions of sweep obey.
void refuse_idle_flags(const GivenFlags& flags, SweepAction action) {
  using enum SweepAction;

  struct Use {
    std::string_view flag;
    std::vector<SweepAction> actions;
  };

  const std::array uses = {Use{"jobs", {kRun, kEmitSlurm}}, Use{"ranks", {kPlan, kRun, kEmitSlurm}},
                           Use{"output", {kEmitSlurm, kCollect}}, Use{"json", {kStatus}}};
  for (const auto& [flag, actions] : uses)
    if (flags.has(flag) && std::ranges::find(actions, action) == actions.end())
      flags.refuse(fmt::format("{} takes no --{}", name_of(action), flag),
                   "it would have no effect", "leave it out");
}

Request sweep_request(const GivenFlags& flags) {
  const auto action = chosen_by<SweepAction>(flags, "action", flags.required_operand().string());
  refuse_idle_flags(flags, action);
  return SweepRequest{.action = action,
                      .config = flags.required_path("config"),
                      .overrides = flags.overrides(),
                      .jobs = flags.whole_number("jobs"),
                      .ranks = flags.whole_number("ranks"),
                      .output = action == SweepAction::kEmitSlurm ? flags.required_path("output")
                                                                  : flags.path("output"),
                      .format = flags.has("json") ? ReportFormat::kJson : ReportFormat::kText};
}

Request doctor_request(const GivenFlags&) {
  return DoctorRequest{};
}

struct VerbParser {
  std::string_view verb;
  Request (*parse)(const GivenFlags&);
};

constexpr auto kParsers = std::to_array<VerbParser>({{"train", train_request},
                                                     {"sample", sample_request},
                                                     {"score", score_request},
                                                     {"probe", probe_request},
                                                     {"export", export_request},
                                                     {"inspect", inspect_request},
                                                     {"sweep", sweep_request},
                                                     {"doctor", doctor_request}});

[[noreturn]] void refuse_verb(const std::string& word) {
  const bool to_come = std::ranges::find(verbs_to_come(), word) != verbs_to_come().end();
  if (to_come)
    fail(ExitCode::kUsage, {.where = "rocm-dist",
                            .problem = word + " is not available yet",
                            .because = "this version has not got that verb",
                            .advice = "rocm-dist --help lists those it has"});
  std::vector<std::string> names = {"--help", "--version"};
  for (const Verb& verb : verbs()) names.emplace_back(verb.name);
  const auto meant = nearest(word, names);
  fail(ExitCode::kUsage, {.where = "rocm-dist",
                          .problem = "unknown verb " + data::printable(word),
                          .because = "the first argument says what to do",
                          .advice = (meant ? "did you mean " + *meant + "? " : "") +
                                    "rocm-dist --help lists the verbs"});
}

bool asks_for_help(std::span<const std::string> arguments) {
  return std::ranges::find(arguments, "--help") != arguments.end();
}

}  // namespace

Request parse_command_line(std::span<const std::string> arguments) {
  require(!arguments.empty(), {.where = "rocm-dist",
                               .problem = "nothing to do",
                               .because = "the first argument says what to do",
                               .advice = "rocm-dist --help lists the verbs"});
  const std::string& word = arguments.front();
  if (word == "--help") return HelpRequest{help_text()};
  if (word == "--version") return VersionRequest{};
  const Verb* verb = find_verb(word);
  if (verb == nullptr) refuse_verb(word);
  const auto rest = arguments.subspan(1);
  if (asks_for_help(rest)) return HelpRequest{help_text(*verb)};
  const auto parser = std::ranges::find(kParsers, verb->name, &VerbParser::verb);
  expects(parser != kParsers.end(), "a parser for every verb");
  return parser->parse(GivenFlags(*verb, rest));
}

Ranks ranks_of(const Request& request) {
  if (const auto* train = std::get_if<TrainRequest>(&request))
    return train->mode == TrainMode::kPrintDefaults ? Ranks::kOne : Ranks::kAll;
  return std::holds_alternative<DoctorRequest>(request) ? Ranks::kAll : Ranks::kOne;
}

}  // namespace rocm::launcher
