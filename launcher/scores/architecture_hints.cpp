// SPDX-License-Identifier: Apache-2.0
#include "launcher/scores/architecture_hints.hpp"

#include <cmath>
#include <system_error>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "data/json_file.hpp"
#include "data/printable.hpp"
#include "dist/base/contract.hpp"

namespace rocm::launcher {
namespace {

constexpr std::int64_t kUsualHeadWidth = 64;
constexpr std::int64_t kLargestHint = 16384;
constexpr const char* kAllowed =
    "vision_heads, text_heads, image_size (whole numbers), activation (gelu or quick_gelu)";

[[noreturn]] void refuse_hint(const std::string& where, const std::string& key) {
  fail(ExitCode::kInput, {.where = where,
                          .problem = fmt::format("{} is not understood", data::printable(key)),
                          .because = fmt::format("the file may hold {}", kAllowed),
                          .advice = "correct or remove it"});
}

std::int64_t whole_number(const nlohmann::json& value, const std::string& where,
                          const std::string& key) {
  const bool fits = value.is_number_unsigned() && value.get<std::uint64_t>() >= 1 &&
                    value.get<std::uint64_t>() <= std::uint64_t{kLargestHint};
  if (!fits) refuse_hint(where, key);
  return value.get<std::int64_t>();
}

model::Activation activation_of(const nlohmann::json& value, const std::string& where) {
  if (value == "gelu") return model::Activation::kGelu;
  if (value == "quick_gelu") return model::Activation::kQuickGelu;
  refuse_hint(where, "activation");
}

}  // namespace

ArchitectureHints read_architecture_hints(const std::filesystem::path& weights_file,
                                          std::vector<std::filesystem::path>& files) {
  const std::filesystem::path path = weights_file.string() + ".json";
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return {};
  files.push_back(path);
  const std::string where = data::printable_path(path);
  const nlohmann::json json = data::read_json(path);
  if (!json.is_object()) refuse_hint(where, "its content");
  ArchitectureHints hints;
  for (const auto& [key, value] : json.items()) {
    if (key == "vision_heads")
      hints.vision_heads = whole_number(value, where, key);
    else if (key == "text_heads")
      hints.text_heads = whole_number(value, where, key);
    else if (key == "image_size")
      hints.image_size = whole_number(value, where, key);
    else if (key == "activation")
      hints.activation = activation_of(value, where);
    else
      refuse_hint(where, key);
  }
  return hints;
}

std::int64_t TensorSizes::size(const std::string& name, std::int64_t dimension) const {
  const auto found = tensors_.find(name);
  if (found == tensors_.end())
    refuse(fmt::format("no tensor {}", name), "the score's network has one");
  if (found->second.dim() <= dimension)
    refuse(fmt::format("tensor {} has {} dimensions", name, found->second.dim()),
           "the score's network has more there");
  const std::int64_t size = found->second.size(dimension);
  if (size < 1) refuse(fmt::format("tensor {} is empty", name), "nothing can be computed with it");
  return size;
}

std::int64_t TensorSizes::count(const std::string& prefix, const std::string& suffix) const {
  std::int64_t layers = 0;
  while (tensors_.contains(fmt::format("{}{}{}", prefix, layers, suffix))) ++layers;
  if (layers == 0)
    refuse(fmt::format("no tensor {}0{}", prefix, suffix), "the score's network has one");
  return layers;
}

std::int64_t TensorSizes::heads(std::optional<std::int64_t> given, std::int64_t width,
                                const char* key) const {
  const std::int64_t heads = given.value_or(width / kUsualHeadWidth);
  if (heads >= 1 && width % heads == 0) return heads;
  fail(ExitCode::kInput,
       {.where = where_,
        .problem = fmt::format("{} heads cannot share {} numbers", heads, width),
        .because = given ? fmt::format("{} of the .json file beside it says so", key)
                         : "a weights file does not say how many heads there are",
        .advice = fmt::format("write {{\"{}\": N}} into {}.json", key, where_)});
}

std::int64_t TensorSizes::image_size(std::int64_t positions, std::int64_t patch_size) const {
  const auto side = std::llround(std::sqrt(static_cast<double>(positions - 1)));
  if (side < 1 || side * side != positions - 1)
    refuse(fmt::format("{} positions are not those of a square picture", positions),
           "one is the class token's, the others the patches'");
  return side * patch_size;
}

void TensorSizes::refuse(const std::string& problem, const std::string& because) const {
  fail(ExitCode::kInput, {.where = where_,
                          .problem = problem,
                          .because = because,
                          .advice = "check that the weights are those of this score"});
}

}  // namespace rocm::launcher
