// SPDX-License-Identifier: Apache-2.0
#include "data/prompts.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

#include "data/bert_tokenizer.hpp"
#include "data/clip_tokenizer.hpp"
#include "tests/fuzz/hostile_input.hpp"
#include "tests/support/scratch_folder.hpp"
#include "tests/support/source_paths.hpp"

namespace rocm::fuzz {
namespace {

constexpr std::array kNames = {"f.txt", "f.json", "f.jsonl", "f.csv", "f.tsv"};
constexpr std::int64_t kTokens = 77;

/// The tokenizers that prompts go to.
struct Tokenizers {
  data::ClipTokenizer clip =
      data::ClipTokenizer::open(test::golden_folder() / "small_clip_tokenizer");
  data::BertTokenizer bert =
      data::BertTokenizer::open(test::source_folder() / "data/tokenizers/bert");
};

}  // namespace

/// A prompt file, whose first byte says of which kind, and its prompts on their way to ids.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const test::ScratchFolder folder;
  static const Tokenizers tokenizers;
  if (size == 0) return 0;
  const auto path =
      folder.write(kNames.at(bytes[0] % kNames.size()), text_of(bytes, size).substr(1));
  read_or_refuse([&] {
    for (const std::string& prompt : data::read_prompts(path).lines) {
      (void)tokenizers.clip.encode(prompt, kTokens);
      (void)tokenizers.bert.encode(prompt, kTokens);
    }
  });
  return 0;
}

}  // namespace rocm::fuzz
