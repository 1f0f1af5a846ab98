// SPDX-License-Identifier: Apache-2.0
#include "data/tokenizer_files.hpp"

#include "data/posix_file.hpp"

namespace rocm::data {

std::vector<std::filesystem::path> tokenizer_files(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const char* name : {"vocab.json", "merges.txt", "tokenizer.json", "vocab.txt",
                           "tokenizer_config.json", "special_tokens_map.json"})
    if (is_file(folder / name)) files.push_back(folder / name);
  return files;
}

}  // namespace rocm::data
