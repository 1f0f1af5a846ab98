// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "data/inspection.hpp"
#include "data/printable.hpp"

namespace rocm::data {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kEntriesShown = 12;

std::string text_of(const ordered_json& value) {
  return printable(value.is_string() ? value.get<std::string>() : value.dump(-1, ' ', true));
}

/// "220 F32, 1 I64"
std::string dtypes_line(const ordered_json& dtypes) {
  std::vector<std::string> counts;
  for (const auto& [name, count] : dtypes.items()) {
    counts.push_back(fmt::format("{} {}", text_of(count), printable(name)));
  }
  return fmt::format("{}", fmt::join(counts, ", "));
}

std::string numbers(const ordered_json& values) {
  std::vector<std::string> texts;
  for (const ordered_json& value : values) texts.push_back(text_of(value));
  return fmt::format("{}", fmt::join(texts, ", "));
}

void add_tensors(std::string& text, const ordered_json& tensors) {
  for (std::size_t i = 0; i < std::min(tensors.size(), kEntriesShown); ++i) {
    const ordered_json& tensor = tensors[i];
    text += fmt::format("    {}  {} [{}]\n", text_of(tensor["name"]), text_of(tensor["dtype"]),
                        numbers(tensor["shape"]));
  }
  if (tensors.size() > kEntriesShown) {
    text += fmt::format("    and {} more\n", tensors.size() - kEntriesShown);
  }
}

void add_metadata(std::string& text, const ordered_json& metadata) {
  std::size_t shown = 0;
  for (const auto& [key, value] : metadata.items()) {
    if (++shown > kEntriesShown) break;
    text += fmt::format("  {} = {}\n", printable(key), text_of(value));
  }
  if (metadata.size() > kEntriesShown)
    text += fmt::format("  and {} more\n", metadata.size() - kEntriesShown);
}

/// "VAE (AutoencoderKL), 4 latent channels; "; nothing for what is not known.
std::string architecture_in(const ordered_json& json) {
  constexpr std::size_t kLongest = 500;
  if (!json.contains("architecture") || json["architecture"] == "unknown") return "";
  return printable(json["architecture"].get_ref<const std::string&>(), kLongest) + "; ";
}

void add_component(std::string& text, const ordered_json& component) {
  const std::string name = component["name"] == "" ? "(root)" : text_of(component["name"]);
  if (component.contains("missing")) {
    text += fmt::format("  {}: not here\n", name);
    return;
  }
  for (const ordered_json& weights : component["weights"]) {
    const std::string_view path = weights["path"].get_ref<const std::string&>();
    text += fmt::format("  {}: {}: {}{} tensors, {} elements: {}\n", name,
                        path.substr(path.rfind('/') + 1), architecture_in(weights),
                        text_of(weights["tensors"]), text_of(weights["elements"]),
                        dtypes_line(weights["dtypes"]));
  }
}

/// "step 60", "3 policies, 256 prompts, 4 seeds", "attempt-001: rank-0000.h5 60 steps, master.h5 60
/// steps"
void add_progress(std::string& text, const ordered_json& json) {
  if (json.contains("status"))
    text += fmt::format("  last word of its log: {}\n", text_of(json["status"]));
  if (json.contains("step")) text += fmt::format("  step {}\n", text_of(json["step"]));
  if (json.contains("steps")) text += fmt::format("  {} steps\n", text_of(json["steps"]));
  if (json.contains("policies"))
    text += fmt::format("  {} policies, {} prompts, {} seeds\n", text_of(json["policies"]),
                        text_of(json["prompts"]), text_of(json["seeds"]));
  if (json.contains("checkpoints"))
    text += fmt::format("  checkpoints, all intact: {}\n", numbers(json["checkpoints"]));
  if (!json.contains("attempts")) return;
  for (const ordered_json& attempt : json["attempts"]) {
    std::vector<std::string> files;
    for (const ordered_json& file : attempt["trajectories"])
      files.push_back(fmt::format("{} {} steps", text_of(file["file"]), text_of(file["steps"])));
    text += fmt::format("  {}: {}\n", text_of(attempt["attempt"]), fmt::join(files, ", "));
  }
}

/// What a pickle holds beside its tensors.
void add_ignored(std::string& text, const ordered_json& json) {
  if (json.contains("section") && json["section"] != "")
    text += fmt::format("  the tensors lie below \"{}\"\n", text_of(json["section"]));
  if (!json.contains("ignored")) return;
  for (const auto& [type, count] : json["ignored"].items())
    text +=
        fmt::format("  left out, nothing of it was run: {} {}\n", text_of(count), printable(type));
}

std::string title(const ordered_json& json) {
  std::string kind = text_of(json["kind"]);
  if (json.contains("format")) kind += fmt::format(" ({} format)", text_of(json["format"]));
  if (json.contains("class")) kind += fmt::format(" ({})", text_of(json["class"]));
  const std::string_view path = json["path"].get_ref<const std::string&>();
  return fmt::format("{}: {}, verified\n", path, kind);
}

void add_files(std::string& text, const ordered_json& json) {
  for (const ordered_json& file : json["files"]) {
    text += fmt::format("  {}  {} ({} bytes)\n", text_of(file["sha256"]),
                        file["path"].get_ref<const std::string&>(), text_of(file["bytes"]));
  }
}

}  // namespace

std::string describe(const ordered_json& json) {
  std::string text = title(json);
  if (json.contains("layers")) {
    text += fmt::format("  {} layers, rank {}, scale {}\n", text_of(json["layers"]),
                        numbers(json["ranks"]), numbers(json["scales"]));
  }
  if (json.contains("tensors")) {
    text +=
        fmt::format("  {}{} tensors, {} elements: {}\n", architecture_in(json),
                    json["tensors"].size(), text_of(json["elements"]), dtypes_line(json["dtypes"]));
    add_tensors(text, json["tensors"]);
  }
  if (json.contains("metadata")) {
    add_metadata(text, json["metadata"]);
  }
  if (json.contains("components")) {
    for (const ordered_json& component : json["components"]) add_component(text, component);
  }
  add_progress(text, json);
  add_ignored(text, json);
  add_files(text, json);
  if (json.contains("not_verified") && !json["not_verified"].empty()) {
    text += fmt::format("  not verified, of kinds that are not read here: {} files\n",
                        json["not_verified"].size());
  }
  return text;
}

}  // namespace rocm::data
