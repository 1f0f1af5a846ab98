// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>

#include "data/bert_tokenizer.hpp"
#include "data/clip_tokenizer.hpp"
#include "tests/fuzz/hostile_input.hpp"
#include "tests/support/scratch_folder.hpp"

namespace rocm::fuzz {
namespace {

constexpr std::string_view kText = "A photo of 2 caf\xC3\xA9s, don't <|endoftext|> [SEP]!";
constexpr std::int64_t kTokens = 16;

void read_clip_files(const test::ScratchFolder& folder, std::string_view input) {
  const auto parts = parts_of(input, 4);
  folder.write("clip/vocab.json", parts[0]);
  folder.write("clip/merges.txt", parts[1]);
  folder.write("clip/tokenizer_config.json", parts[2].empty() ? "{}" : parts[2]);
  folder.write("clip/special_tokens_map.json", parts[3].empty() ? "{}" : parts[3]);
  (void)data::ClipTokenizer::open(folder / "clip").encode(kText, kTokens);
}

void read_clip_json(const test::ScratchFolder& folder, std::string_view input) {
  folder.write("clip_json/tokenizer.json", input);
  (void)data::ClipTokenizer::open(folder / "clip_json").encode(kText, kTokens);
}

void read_bert_vocabulary(const test::ScratchFolder& folder, std::string_view input) {
  folder.write("bert/vocab.txt", input);
  (void)data::BertTokenizer::open(folder / "bert").encode(kText, kTokens);
}

void read_bert_json(const test::ScratchFolder& folder, std::string_view input) {
  folder.write("bert_json/tokenizer.json", input);
  (void)data::BertTokenizer::open(folder / "bert_json").encode(kText, kTokens);
}

}  // namespace

/// Tokenizer files; the first byte says of which kind.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const test::ScratchFolder folder;
  if (size == 0) return 0;
  const std::string_view input = text_of(bytes, size);
  read_or_refuse([&] {
    if (input[0] == 'c') read_clip_files(folder, input.substr(1));
    if (input[0] == 'j') read_clip_json(folder, input.substr(1));
    if (input[0] == 'b') read_bert_vocabulary(folder, input.substr(1));
    if (input[0] == 'k') read_bert_json(folder, input.substr(1));
  });
  return 0;
}

}  // namespace rocm::fuzz
