// SPDX-License-Identifier: Apache-2.0
#include "data/json_file.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <vector>

#include <fmt/format.h>

#include "data/mapped_file.hpp"
#include "data/printable.hpp"
#include "dist/base/contract.hpp"

namespace rocm::data {
namespace {

[[noreturn]] void refuse_json(const std::string& where, const std::string& problem,
                              const std::string& because) {
  fail(ExitCode::kInput, {.where = where,
                          .problem = problem,
                          .because = because,
                          .advice = "fetch or write the file again"});
}

/// Watches a text being parsed: no key twice in an object, no more values and depth than allowed.
class Watch {
 public:
  Watch(const std::string& where, const JsonLimits& limits) : where_(where), limits_(limits) {}

  bool operator()(int depth, nlohmann::json::parse_event_t event, const nlohmann::json& parsed) {
    using Event = nlohmann::json::parse_event_t;
    if (depth > limits_.depth) {
      refuse_json(where_, fmt::format("JSON nested deeper than {}", limits_.depth),
                  "no file that is read here needs it");
    }
    if (++values_ > limits_.values) {
      refuse_json(where_, fmt::format("JSON with more than {} values", limits_.values),
                  "no file that is read here needs them");
    }
    if (event == Event::object_start) keys_.emplace_back();
    if (event == Event::object_end) keys_.pop_back();
    if (event == Event::key) add_key(parsed.get_ref<const std::string&>());
    return true;
  }

 private:
  void add_key(const std::string& key) {
    if (keys_.back().insert(key).second) return;
    refuse_json(where_, fmt::format("the key \"{}\" is given twice", printable(key)),
                "programs disagree about which of the two counts");
  }

  const std::string& where_;
  const JsonLimits& limits_;
  std::size_t values_ = 0;
  std::vector<std::set<std::string>> keys_;  ///< of every object that is still open
};

/// "line:column" of the byte at `offset`, both from 1.
std::string position(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, std::min(offset, text.size()));
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const std::size_t line_begin = before.rfind('\n') + 1;  // npos + 1 is 0: the first line
  return fmt::format("{}:{}", line, before.size() - line_begin + 1);
}

/// The library's explanation without its own prefix.
std::string explanation(const nlohmann::json::exception& error) {
  const std::string text = error.what();
  const std::size_t colon = text.find(": ");
  const std::size_t bracket = text.find("] ");
  return printable(text.substr((colon != std::string::npos ? colon : bracket) + 2), 300);
}

/// Python's words for numbers that JSON does not have, the longer first.
constexpr std::array<std::string_view, 3> kPythonNumbers = {"-Infinity", "Infinity", "NaN"};

bool has_python_numbers(std::string_view text) {
  return text.find("Infinity") != std::string_view::npos ||
         text.find("NaN") != std::string_view::npos;
}

/// `text` with null for those words outside of strings.
std::string without_python_numbers(std::string_view text) {
  std::string result;
  bool in_string = false;
  while (!text.empty()) {
    const auto word = std::ranges::find_if(
        kPythonNumbers, [text](std::string_view number) { return text.starts_with(number); });
    if (!in_string && word != kPythonNumbers.end()) {
      result += "null";
      text.remove_prefix(word->size());
      continue;
    }
    if (text.front() == '"') in_string = !in_string;
    const std::size_t taken =
        in_string && text.front() == '\\' ? std::min<std::size_t>(2, text.size()) : 1;
    result += text.substr(0, taken);
    text.remove_prefix(taken);
  }
  return result;
}

}  // namespace

nlohmann::json parse_json(std::string_view text, const std::string& where,
                          const JsonLimits& limits) {
  if (text.size() > limits.bytes) {
    refuse_json(where, fmt::format("{} bytes of JSON", text.size()),
                fmt::format("no file that is read here needs more than {}", limits.bytes));
  }
  // The parser takes a NUL byte for the end, and would never see what follows.
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) {
    refuse_json(where + ":" + position(text, nul), "not JSON", "it contains a NUL byte");
  }
  try {
    return nlohmann::json::parse(text.begin(), text.end(), Watch(where, limits));
  } catch (const nlohmann::json::parse_error& error) {
    refuse_json(where + ":" + position(text, error.byte == 0 ? 0 : error.byte - 1), "not JSON",
                explanation(error));
  } catch (const nlohmann::json::exception& error) {
    refuse_json(where, "not JSON that can be represented", explanation(error));
  }
}

nlohmann::json read_json(const std::filesystem::path& path, const JsonLimits& limits) {
  const auto file = MappedFile::open(path);
  const std::span<const std::byte> bytes = file->bytes();
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (!has_python_numbers(text) || text.size() > limits.bytes)
    return parse_json(text, printable_path(path), limits);
  return parse_json(without_python_numbers(text), printable_path(path), limits);
}

}  // namespace rocm::data
