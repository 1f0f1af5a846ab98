// SPDX-License-Identifier: Apache-2.0
#include "data/prompts.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "data/delimited_text.hpp"
#include "data/json_file.hpp"
#include "data/printable.hpp"
#include "data/unicode.hpp"
#include "data/whole_file.hpp"
#include "dist/base/contract.hpp"

namespace rocm::data {
namespace {

constexpr std::size_t kMaxFileBytes = std::size_t{256} << 20;
constexpr std::size_t kMaxPromptBytes = std::size_t{64} << 10;
constexpr std::array<std::string_view, 3> kNames{"prompt", "caption", "text"};
constexpr std::string_view kAsciiSpace = " \t\r\n\v\f";

[[noreturn]] void malformed(const std::string& where, std::string problem, std::string because,
                            std::string advice) {
  fail(ExitCode::kInput, {.where = where,
                          .problem = std::move(problem),
                          .because = std::move(because),
                          .advice = std::move(advice)});
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kAsciiSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kAsciiSpace) - begin + 1);
}

void add_prompt(PromptSet& prompts, std::string_view text, const std::string& where, TextUse use) {
  const std::string_view prompt = use == TextUse::kCaptions ? text : trimmed(text);
  if (prompt.empty() && use == TextUse::kPrompts) {
    malformed(where, "the prompt is empty", "a row without text has no picture",
              "remove the row or give it a text");
  }
  if (prompt.size() > kMaxPromptBytes) {
    malformed(where, fmt::format("a prompt of {} bytes", prompt.size()),
              fmt::format("at most {} are read", kMaxPromptBytes), "shorten it");
  }
  if (prompt.find('\0') != std::string_view::npos) {
    malformed(where, "the prompt contains U+0000", "records end a text there",
              "remove the character; a file in UTF-16 has many");
  }
  prompts.lines.emplace_back(prompt);
}

template <class Visit>
void for_each_line(std::string_view text, const std::string& where, const Visit& visit) {
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    visit(line, fmt::format("{}:{}", where, number));
  }
}

PromptSet read_lines(std::string_view text, const std::string& where, TextUse use) {
  PromptSet prompts;
  for_each_line(text, where, [&](std::string_view line, const std::string& here) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (use == TextUse::kCaptions || !trimmed(line).empty()) add_prompt(prompts, line, here, use);
  });
  return prompts;
}

void add_json_prompt(PromptSet& prompts, const nlohmann::json& entry, const std::string& where,
                     TextUse use) {
  if (entry.is_string())
    return add_prompt(prompts, entry.get_ref<const std::string&>(), where, use);
  const auto name = std::ranges::find_if(kNames, [&](std::string_view candidate) {
    return entry.is_object() && entry.value(candidate, nlohmann::json()).is_string();
  });
  if (name == kNames.end()) {
    malformed(where, "there is no prompt",
              "a string, or an object with prompt, caption or text, is expected",
              "rename the field that holds the text");
  }
  add_prompt(prompts, entry[std::string(*name)].get_ref<const std::string&>(), where, use);
}

PromptSet read_json_array(std::string_view text, const std::string& where, TextUse use) {
  const nlohmann::json entries = parse_json(text, where, {.bytes = kMaxFileBytes});
  if (!entries.is_array()) {
    malformed(where, "the file is not a JSON array", "a list of prompts is expected",
              "put the prompts into [ ]; one object a line is a .jsonl file");
  }
  PromptSet prompts;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    add_json_prompt(prompts, entries[i], fmt::format("{}: entry {}", where, i), use);
  }
  return prompts;
}

PromptSet read_json_lines(std::string_view text, const std::string& where, TextUse use) {
  PromptSet prompts;
  for_each_line(text, where, [&](auto line, const std::string& here) {
    if (!trimmed(line).empty()) add_json_prompt(prompts, parse_json(line, here), here, use);
  });
  return prompts;
}

std::string ascii_lower(std::string_view text) {
  std::string lower(text);
  for (char& character : lower) {
    if (character >= 'A' && character <= 'Z') character = static_cast<char>(character - 'A' + 'a');
  }
  return lower;
}

// The first of `kNames` that heads a column; the number of columns where none does.
std::size_t prompt_column(const DelimitedRow& header) {
  for (const std::string_view name : kNames) {
    const auto column = std::ranges::find_if(header.fields, [&](const std::string& field) {
      return ascii_lower(trimmed(field)) == name;
    });
    if (column != header.fields.end()) {
      return static_cast<std::size_t>(column - header.fields.begin());
    }
  }
  return header.fields.size();
}

void require_columns(const DelimitedRow& row, std::size_t columns, const std::string& where) {
  if (row.fields.size() == columns) return;
  malformed(fmt::format("{}:{}", where, row.line),
            fmt::format("{} fields instead of {}", row.fields.size(), columns),
            "every record has as many fields as the first line",
            "enclose a text that contains the separator in quotes");
}

PromptSet read_table(std::string_view text, char separator, const std::string& where, TextUse use) {
  const auto rows = parse_delimited(text, separator, where);
  PromptSet prompts;
  if (rows.empty()) return prompts;
  const std::size_t columns = rows.front().fields.size();
  const std::size_t named = prompt_column(rows.front());
  if (named == columns && columns > 1) {
    malformed(fmt::format("{}:{}", where, rows.front().line), "no column holds the prompts",
              fmt::format("none of {} columns is named prompt, caption or text", columns),
              "begin the file with a header line");
  }
  const bool has_header = named < columns;
  for (std::size_t i = has_header ? 1 : 0; i < rows.size(); ++i) {
    require_columns(rows[i], columns, where);
    add_prompt(prompts, rows[i].fields[has_header ? named : 0],
               fmt::format("{}:{}", where, rows[i].line), use);
  }
  return prompts;
}

void require_utf8(std::string_view text, const std::string& where) {
  const auto invalid = invalid_utf8_at(text);
  if (!invalid) return;
  const auto line = 1 + std::ranges::count(text.substr(0, *invalid), '\n');
  malformed(fmt::format("{}:{}", where, line), "the text is not UTF-8",
            fmt::format("byte {} of the file begins no character", *invalid),
            "save the file as UTF-8");
}

PromptSet read_by_extension(const std::filesystem::path& path, std::string_view text, TextUse use) {
  const std::string where = printable_path(path);
  const std::string extension = ascii_lower(path.extension().string());
  if (extension == ".txt") return read_lines(text, where, use);
  if (extension == ".json") return read_json_array(text, where, use);
  if (extension == ".jsonl") return read_json_lines(text, where, use);
  if (extension == ".csv") return read_table(text, ',', where, use);
  if (extension == ".tsv") return read_table(text, '\t', where, use);
  fail(ExitCode::kUsage, {.where = where,
                          .problem = "no way to read prompts from this file",
                          .because = "its name does not end in .txt .json .jsonl .csv or .tsv",
                          .advice = "rename or convert it"});
}

}  // namespace

PromptSet read_prompts(const std::filesystem::path& path, TextUse use) {
  const std::string content = read_whole_file(path, kMaxFileBytes);
  const std::string where = printable_path(path);
  std::string_view text = content;
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  require_utf8(text, where);
  PromptSet prompts = read_by_extension(path, text, use);
  if (prompts.lines.empty()) {
    malformed(where, "there are no prompts", "at least one is needed",
              "write one prompt a line into it");
  }
  return prompts;
}

}  // namespace rocm::data
