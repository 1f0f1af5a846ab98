// SPDX-License-Identifier: Apache-2.0
#include "data/delimited_text.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "dist/base/contract.hpp"

namespace rocm::data {
namespace {

class DelimitedReader {
 public:
  DelimitedReader(std::string_view text, char separator, const std::string& where)
      : text_(text), separator_(separator), where_(where) {}

  [[nodiscard]] bool at_end() const { return at_ == text_.size(); }

  /// A line with nothing in it; a quoted field without text is something.
  bool skip_blank_line() {
    if (!at_line_end()) return false;
    end_line();
    return true;
  }

  DelimitedRow read_row() {
    DelimitedRow row{.line = line_, .fields = {}};
    do row.fields.push_back(read_field());
    while (skip(separator_));
    if (!at_end()) end_line();
    return row;
  }

 private:
  std::string read_field() { return skip('"') ? read_quoted() : read_plain(); }

  std::string read_plain() {
    const std::size_t begin = at_;
    while (!at_end() && text_[at_] != separator_ && !at_line_end()) ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }

  std::string read_quoted() {
    const std::size_t opened = line_;
    std::string field;
    while (!at_end()) {
      const char character = text_[at_++];
      if (character == '\n') ++line_;
      if (character != '"') {
        field += character;
      } else if (skip('"')) {
        field += '"';
      } else {
        require_field_end();
        return field;
      }
    }
    malformed(opened, "a quoted field is not closed");
  }

  void require_field_end() const {
    if (at_end() || text_[at_] == separator_ || at_line_end()) return;
    malformed(line_, "text follows a quoted field");
  }

  [[nodiscard]] bool at_line_end() const {
    return text_[at_] == '\n' || text_.substr(at_).starts_with("\r\n");
  }

  void end_line() {
    skip('\r');
    skip('\n');
    ++line_;
  }

  bool skip(char character) {
    if (at_end() || text_[at_] != character) return false;
    ++at_;
    return true;
  }

  [[noreturn]] void malformed(std::size_t line, const std::string& problem) const {
    fail(ExitCode::kInput,
         {.where = fmt::format("{}:{}", where_, line),
          .problem = problem,
          .because = "a field with quotes in it is enclosed in quotes, and its quotes are doubled",
          .advice = "write the table with a library for CSV"});
  }

  std::string_view text_;
  char separator_;
  const std::string& where_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
};

}  // namespace

std::vector<DelimitedRow> parse_delimited(std::string_view text, char separator,
                                          const std::string& where) {
  std::vector<DelimitedRow> rows;
  DelimitedReader reader(text, separator, where);
  while (!reader.at_end()) {
    if (!reader.skip_blank_line()) rows.push_back(reader.read_row());
  }
  return rows;
}

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + '"';
}

}  // namespace rocm::data
