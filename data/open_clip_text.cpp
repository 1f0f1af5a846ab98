// SPDX-License-Identifier: Apache-2.0
#include "data/open_clip_text.hpp"

#include <algorithm>

#include "data/ftfy_text.hpp"
#include "data/html_unescape.hpp"
#include "data/unicode.hpp"

namespace rocm::data {
namespace {

constexpr char32_t kCapitalSigma = 0x3A3;
constexpr char32_t kFinalSigma = 0x3C2;

std::u32string with_single_spaces(std::u32string_view text) {
  std::u32string spaced;
  bool after_space = false;
  for (const char32_t c : text) {
    const bool space = is_white_space(c);
    if (!space && after_space && !spaced.empty()) spaced += U' ';
    if (!space) spaced += c;
    after_space = space;
  }
  return spaced;
}

/// Whether the first code point that the rules of case do not ignore is cased.
template <class Iterator>
bool begins_cased(Iterator begin, Iterator end) {
  const auto first = std::find_if_not(begin, end, is_case_ignorable);
  return first != end && is_cased(*first);
}

/// Final_Sigma: a capital sigma after a cased letter and not before one.
std::u32string with_final_sigmas(std::u32string_view text) {
  std::u32string written(text);
  for (std::size_t at = text.find(kCapitalSigma); at < text.size();
       at = text.find(kCapitalSigma, at + 1)) {
    const std::u32string_view before = text.substr(0, at);
    const std::u32string_view after = text.substr(at + 1);
    const bool final =
        begins_cased(before.rbegin(), before.rend()) && !begins_cased(after.begin(), after.end());
    if (final) written[at] = kFinalSigma;
  }
  return written;
}

}  // namespace

std::string clean_open_clip_text(std::string_view text, const HtmlEntities& entities) {
  const std::u32string fixed = fix_text(decode_utf8(text), entities);
  const std::u32string plain = unescape_html(unescape_html(fixed, entities), entities);
  return to_lower(encode_utf8(with_final_sigmas(with_single_spaces(plain))));
}

}  // namespace rocm::data
