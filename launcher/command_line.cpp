// SPDX-License-Identifier: Apache-2.0
#include "launcher/command_line.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "data/printable.hpp"
#include "dist/base/contract.hpp"
#include "launcher/experiment_requests.hpp"
#include "launcher/given_choice.hpp"
#include "launcher/given_flags.hpp"
#include "launcher/help_text.hpp"

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

namespace {

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
  SampleRequest request{.model = flags.required_path("model"),
                        .prompts = flags.required_path("prompts"),
                        .output = flags.required_path("output"),
                        .lora = flags.path("lora"),
                        .lora_scale = flags.number("lora-scale", 1.0),
                        .config = flags.path("config"),
                        .overrides = flags.overrides(),
                        .noise = flags.path("noise"),
                        .tensors = flags.path("tensors")};
  if (flags.has("lora-scale") && !request.lora)
    flags.refuse("--lora-scale has no adapter", "--lora is not given", "add --lora FILE");
  return request;
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
                                                     {"evaluate", evaluate_request},
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
  const bool all = std::holds_alternative<DoctorRequest>(request) ||
                   std::holds_alternative<EvaluateRequest>(request);
  return all ? Ranks::kAll : Ranks::kOne;
}

}  // namespace rocm::launcher
