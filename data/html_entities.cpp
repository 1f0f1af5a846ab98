// SPDX-License-Identifier: Apache-2.0
#include "data/html_entities.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "data/delimited_text.hpp"
#include "data/printable.hpp"
#include "data/whole_file.hpp"
#include "dist/base/contract.hpp"

namespace rocm::data {
namespace {

constexpr std::size_t kLargestTable_B = std::size_t{1} << 20;

using EntityTable = std::unordered_map<std::u32string, std::u32string>;

[[noreturn]] void malformed_entity(const std::string& where) {
  fail(ExitCode::kInput, {.where = where,
                          .problem = "this is not a character reference",
                          .because = "a name and hexadecimal code points are expected",
                          .advice = "use data/tokenizers/html_entities.tsv of this program"});
}

/// "03F6 0338"
std::u32string code_points_of(std::string_view numbers, const std::string& where) {
  std::u32string code_points;
  const char* at = numbers.data();
  const char* const end = at + numbers.size();
  while (at != end) {
    std::uint32_t number = 0;
    const auto [next, error] = std::from_chars(at, end, number, 16);
    const bool separated = next == end || *next == ' ';
    if (error != std::errc() || !separated || number > 0x10FFFF) malformed_entity(where);
    code_points.push_back(number);
    at = next == end ? end : next + 1;
  }
  if (code_points.empty()) malformed_entity(where);
  return code_points;
}

std::u32string entity_name(std::string_view ascii) {
  return {ascii.begin(), ascii.end()};
}

std::u32string in_capitals(std::u32string name) {
  for (char32_t& letter : name)
    if (letter >= U'a' && letter <= U'z') letter -= U'a' - U'A';
  return name;
}

std::u32string_view found_in(const EntityTable& table, std::u32string_view name) {
  const auto entry = table.find(std::u32string(name));
  return entry == table.end() ? std::u32string_view() : entry->second;
}

}  // namespace

HtmlEntities HtmlEntities::open(const std::filesystem::path& tsv) {
  const std::string where = printable_path(tsv);
  HtmlEntities entities;
  for (const auto& row : parse_delimited(read_whole_file(tsv, kLargestTable_B), '\t', where)) {
    const std::string here = fmt::format("{}:{}", where, row.line);
    const std::size_t columns = row.fields.size();
    if (columns < 2 || columns > 3 || row.fields[0].empty()) malformed_entity(here);
    const std::u32string name = entity_name(row.fields[0]);
    entities.standard_[name] = code_points_of(row.fields[1], here);
    if (columns == 3) entities.capitals_[in_capitals(name)] = code_points_of(row.fields[2], here);
  }
  return entities;
}

std::u32string_view HtmlEntities::find(std::u32string_view name) const {
  return found_in(standard_, name);
}

std::u32string_view HtmlEntities::find_any_case(std::u32string_view name) const {
  const std::u32string_view standard = find(name);
  return standard.empty() ? found_in(capitals_, name) : standard;
}

}  // namespace rocm::data
