// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace rocm::data {

/// General categories as Unicode 8.0 has them: the `tokenizers` library cleans BERT's text with
/// that version, whatever has been added since (its dependency unicode_categories 0.1).
[[nodiscard]] bool is_control_in_unicode_8(char32_t code_point);  ///< Cc, Cf, Co
[[nodiscard]] bool is_punctuation_in_unicode_8(char32_t code_point);
[[nodiscard]] bool is_nonspacing_mark_in_unicode_8(char32_t code_point);

}  // namespace rocm::data
