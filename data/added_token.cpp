// SPDX-License-Identifier: Apache-2.0
#include "data/added_token.hpp"

#include <fmt/format.h>

#include "data/printable.hpp"
#include "data/unicode.hpp"
#include "dist/base/contract.hpp"

namespace rocm::data {

void end_within(std::int64_t length, std::int64_t end_id, std::vector<std::int64_t>& ids) {
  expects(length >= 1, "room for the end token");
  ids.resize(std::min(ids.size(), static_cast<std::size_t>(length) - 1));
  ids.push_back(end_id);
}

void require_utf8_prompt(std::string_view text) {
  const auto invalid = invalid_utf8_at(text);
  if (!invalid) return;
  fail(ExitCode::kInput,
       {.where = "prompt",
        .problem = fmt::format("\"{}\" is not UTF-8 at byte {}", printable(text), *invalid),
        .because = "the tokenizer reads Unicode",
        .advice = "save the prompts as UTF-8"});
}

}  // namespace rocm::data
