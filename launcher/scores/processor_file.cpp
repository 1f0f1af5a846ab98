// SPDX-License-Identifier: Apache-2.0
#include "launcher/scores/processor_file.hpp"

#include <system_error>

#include "data/json_file.hpp"
#include "data/printable.hpp"

namespace rocm::launcher {
namespace {

std::optional<ProcessorFile> read_if_there(data::ModelDirectory& directory, const char* name) {
  const std::filesystem::path path = directory.root() / name;
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return {};
  directory.note(path);
  return ProcessorFile{.image_processor = data::read_json(path),
                       .where = data::printable_path(path)};
}

}  // namespace

std::optional<ProcessorFile> read_processor_file(data::ModelDirectory& directory) {
  if (auto file = read_if_there(directory, "preprocessor_config.json")) return file;
  auto file = read_if_there(directory, "processor_config.json");
  if (!file || !file->image_processor.is_object()) return {};
  const auto found = file->image_processor.find("image_processor");
  if (found == file->image_processor.end() || !found->is_object()) return {};
  return ProcessorFile{.image_processor = *found, .where = file->where + ": image_processor"};
}

}  // namespace rocm::launcher
