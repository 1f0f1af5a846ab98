// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace rocm::data {

/// Byte offset of the first sequence that is not UTF-8 (overlong forms, surrogates and numbers
/// beyond U+10FFFF are not), or nothing when all of `text` is.
[[nodiscard]] std::optional<std::size_t> invalid_utf8_at(std::string_view text);

/// The code points of valid UTF-8. Throws ContractViolation otherwise: check the text first.
[[nodiscard]] std::u32string decode_utf8(std::string_view text);

void append_utf8(std::string& text, char32_t code_point);

/// Throws ContractViolation for surrogates and numbers beyond U+10FFFF.
[[nodiscard]] std::string encode_utf8(std::u32string_view code_points);

/// Normalization Form C of valid UTF-8 (UAX 15).
[[nodiscard]] std::string to_nfc(std::string_view text);

/// Normalization Form D of valid UTF-8: accents apart from their letters.
[[nodiscard]] std::string to_nfd(std::string_view text);

/// Normalization Form KC of valid UTF-8: also without compatibility characters.
[[nodiscard]] std::string to_nfkc(std::string_view text);

/// Default lower-case mapping of each code point by itself: U+0130 becomes two code points, a final
/// sigma is not looked for. Valid UTF-8 in and out.
[[nodiscard]] std::string to_lower(std::string_view text);

/// What a regular expression calls \p{L}, \p{N} and \s (the property White_Space).
[[nodiscard]] bool is_letter(char32_t code_point);
[[nodiscard]] bool is_number(char32_t code_point);
[[nodiscard]] bool is_white_space(char32_t code_point);

/// General category Nd.
[[nodiscard]] bool is_decimal_digit(char32_t code_point);

/// What the condition Final_Sigma (Unicode, 3.13) asks: Case_Ignorable, and Cased among the rest.
[[nodiscard]] bool is_case_ignorable(char32_t code_point);
[[nodiscard]] bool is_cased(char32_t code_point);

/// General categories: Cc, Cf or Co (control, format, private use); any P; Mn.
[[nodiscard]] bool is_control(char32_t code_point);
[[nodiscard]] bool is_punctuation(char32_t code_point);
[[nodiscard]] bool is_nonspacing_mark(char32_t code_point);

}  // namespace rocm::data
