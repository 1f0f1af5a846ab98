// SPDX-License-Identifier: Apache-2.0
#include "data/delimited_text.hpp"

#include <gtest/gtest.h>

namespace rocm::data {
namespace {

TEST(DelimitedText, FieldsAreQuotedOnlyWhereTheyHaveTo) {
  EXPECT_EQ(csv_field("kl-b0.1"), "kl-b0.1");
  EXPECT_EQ(csv_field(""), "");
  EXPECT_EQ(csv_field("a \"red\", dog"), "\"a \"\"red\"\", dog\"");
}

TEST(DelimitedText, FieldsAreReadAsTheyWereWritten) {
  for (const std::string text : {"a,b", "\"", "two\nlines", "a\r\nb", "it's"}) {
    const auto rows = parse_delimited(csv_field(text) + "," + csv_field("next") + "\n", ',', "f");
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows.front().fields, (std::vector<std::string>{text, "next"}));
  }
}

}  // namespace
}  // namespace rocm::data
