// SPDX-License-Identifier: Apache-2.0
#include "data/lora_file.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "data/json_file.hpp"
#include "data/lora_key.hpp"
#include "data/lora_settings.hpp"
#include "data/posix_file.hpp"
#include "data/printable.hpp"
#include "data/safetensors.hpp"
#include "data/weights_file.hpp"
#include "dist/base/contract.hpp"
#include "dist/base/log.hpp"

namespace rocm::data {
namespace {

namespace fs = std::filesystem;

/// The names of the tensors of one layer, by part.
using Parts = std::map<LoraPart, std::string>;

constexpr std::array<const char*, 5> kNamesInFolder = {
    "adapter_model.safetensors", "pytorch_lora_weights.safetensors", "lora.safetensors",
    "adapter_model.bin", "pytorch_lora_weights.bin"};

[[noreturn]] void refuse_lora(const fs::path& path, const std::string& problem,
                              const std::string& because, const std::string& advice) {
  fail(ExitCode::kInput,
       {.where = printable_path(path), .problem = problem, .because = because, .advice = advice});
}

/// The first few of `names`, safe to print, and how many there are besides.
std::string some_of(const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 3;
  std::vector<std::string> shown;
  for (std::size_t i = 0; i < std::min(names.size(), kShown); ++i) {
    shown.push_back(fmt::format("\"{}\"", printable(names[i])));
  }
  const std::size_t rest = names.size() - shown.size();
  return fmt::format("{}{}", fmt::join(shown, ", "),
                     rest == 0 ? "" : fmt::format(" and {} more", rest));
}

fs::path weights_in(const fs::path& path) {
  if (!is_folder(path)) return path;
  for (const char* name : kNamesInFolder) {
    if (is_file(path / name)) return path / name;
  }
  refuse_lora(path, "there is no adapter in the folder",
              fmt::format("it holds none of {}", fmt::join(kNamesInFolder, ", ")), "name the file");
}

/// An adapter's file as it is stored; torch.save's files carry no metadata.
struct StoredAdapter {
  fs::path path;
  NamedTensors tensors;
  std::map<std::string, std::string> metadata;

  [[nodiscard]] static StoredAdapter open(const fs::path& path) {
    if (is_torch_file_name(path)) return {path, read_weights_file(path), {}};
    const SafetensorsFile file = SafetensorsFile::open(path);
    return {path, file.all(), file.metadata()};
  }
};

/// The file's tensors by layer, and the one format that all names must have.
class AdapterTensors {
 public:
  explicit AdapterTensors(const StoredAdapter& file) {
    for (const auto& [name, tensor] : file.tensors) add(name, file.path);
    if (!strangers_.empty()) refuse_strangers(file.path);
    if (layers_.empty()) {
      refuse_lora(file.path, "it holds no tensors", "an adapter has two a layer",
                  "name another file");
    }
  }

  [[nodiscard]] LoraFormat format() const { return *format_; }

  [[nodiscard]] const std::map<std::string, Parts>& layers() const { return layers_; }

 private:
  void add(const std::string& name, const fs::path& path) {
    if (is_text_encoder_lora_key(name)) {
      refuse_lora(
          path, fmt::format("it adapts a text encoder: \"{}\"", printable(name)),
          "only U-Net adapters are computed, and leaving that part out would change the pictures",
          "use an adapter of the U-Net alone");
    }
    const std::optional<LoraKey> key = parse_lora_key(name);
    if (const auto part = key ? std::nullopt : foreign_adapter_part(name)) {
      refuse_lora(path, fmt::format("\"{}\" is {}", printable(name), *part),
                  "it makes the adapter more than low-rank layers, which is not computed here",
                  kAdvice);
    }
    if (!key || format_.value_or(key->format) != key->format) {
      strangers_.push_back(name);
      return;
    }
    format_ = key->format;
    if (layers_[key->module].emplace(key->part, name).second) return;
    refuse_lora(path, fmt::format("\"{}\" is there in two spellings", printable(name)),
                "it is unclear which of them counts", "fetch or write the adapter again");
  }

  [[noreturn]] void refuse_strangers(const fs::path& path) const {
    refuse_lora(path, "it has tensors that no adapter of its format has: " + some_of(strangers_),
                "leaving them out would change the pictures", kAdvice);
  }

  static constexpr const char* kAdvice =
      "use an adapter of plain low-rank layers in the diffusers, kohya or PEFT format";

  std::optional<LoraFormat> format_;
  std::map<std::string, Parts> layers_;
  std::vector<std::string> strangers_;
};

std::optional<LoraSettings> settings_of(const StoredAdapter& file, LoraFile& lora) {
  const fs::path config = file.path.parent_path() / "adapter_config.json";
  if (lora.format == LoraFormat::kPeft && is_file(config)) {
    lora.files.push_back(config);
    return LoraSettings::from_adapter_config(read_json(config), printable_path(config));
  }
  const auto metadata = file.metadata.find("lora_adapter_metadata");
  if (metadata != file.metadata.end()) {
    return LoraSettings::from_metadata(metadata->second,
                                       printable_path(file.path) + ": lora_adapter_metadata");
  }
  if (lora.format == LoraFormat::kPeft) {
    Log::warn(fmt::format("{}: there is no adapter_config.json beside it: taking alpha = rank",
                          printable_path(file.path)));
  }
  return {};
}

double alpha_of(const StoredAdapter& file, const std::string& name) {
  const at::Tensor alpha = file.tensors.at(name);
  const bool number = alpha.numel() == 1 && !alpha.is_complex();
  const double value = number ? alpha.item().toDouble() : std::nan("");
  if (!std::isfinite(value)) {
    refuse_lora(file.path, fmt::format("\"{}\" is no finite number", printable(name)),
                "the adapter's strength is unknown", "fetch or write the adapter again");
  }
  return value;
}

/// A [r, in] and B [out, r], or both with the two axes of a kernel, B's of size 1.
bool shapes_agree(const at::Tensor& A, const at::Tensor& B) {
  if (A.dim() != B.dim() || (A.dim() != 2 && A.dim() != 4)) return false;
  const bool unit_kernel = B.dim() == 2 || (B.size(2) == 1 && B.size(3) == 1);
  return A.is_floating_point() && B.is_floating_point() && unit_kernel && A.size(0) > 0 &&
         A.size(0) == B.size(1);
}

LowRankPair pair_of(const StoredAdapter& file, const std::string& module, const Parts& parts,
                    const std::optional<LoraSettings>& settings) {
  if (!parts.contains(LoraPart::kA) || !parts.contains(LoraPart::kB)) {
    refuse_lora(file.path, fmt::format("layer \"{}\" lacks A or B", printable(module)),
                "its change is the product of the two", "fetch or write the adapter again");
  }
  LowRankPair pair{file.tensors.at(parts.at(LoraPart::kA)),
                   file.tensors.at(parts.at(LoraPart::kB))};
  if (!shapes_agree(pair.A, pair.B)) {
    refuse_lora(file.path,
                fmt::format("layer \"{}\" has A [{}] and B [{}]", printable(module),
                            fmt::join(pair.A.sizes(), ", "), fmt::join(pair.B.sizes(), ", ")),
                "they must be matrices of floating-point numbers that can be multiplied, B A",
                "fetch or write the adapter again");
  }
  if (!pair.A.isfinite().all().item<bool>() || !pair.B.isfinite().all().item<bool>()) {
    refuse_lora(file.path, fmt::format("layer \"{}\" holds NaN or infinity", printable(module)),
                "every picture would be lost", "take an earlier checkpoint of the adapter");
  }
  if (const auto alpha = parts.find(LoraPart::kAlpha); alpha != parts.end()) {
    pair.scale = alpha_of(file, alpha->second) / static_cast<double>(pair.rank());
  } else if (settings) {
    pair.scale = settings->scale(module, pair.rank());
  }
  return pair;
}

/// The U-Net's layers by the names that files of `format` give them.
std::map<std::string, std::string> layers_by_name(std::span<const std::string> modules,
                                                  LoraFormat format) {
  std::map<std::string, std::string> layers;
  for (const std::string& module : modules) {
    const auto name = format == LoraFormat::kKohya ? kohya_name(module) : module;
    expects(layers.emplace(name, module).second, "layers with distinct names in every format");
  }
  return layers;
}

}  // namespace

LoraFile read_lora_unresolved(const fs::path& path) {
  const StoredAdapter file = StoredAdapter::open(weights_in(path));
  const AdapterTensors contents(file);
  LoraFile lora{.format = contents.format(), .files = {file.path}};
  const std::optional<LoraSettings> settings = settings_of(file, lora);
  for (const auto& [module, parts] : contents.layers()) {
    lora.modules.emplace(module, pair_of(file, module, parts, settings));
  }
  return lora;
}

LoraFile read_lora(const fs::path& path, std::span<const std::string> modules) {
  LoraFile lora = read_lora_unresolved(path);
  const auto layers = layers_by_name(modules, lora.format);
  LowRankModules resolved;
  std::vector<std::string> strangers;
  for (auto& [name, pair] : lora.modules) {
    const auto layer = layers.find(name);
    if (layer == layers.end()) {
      strangers.push_back(name);
    } else {
      resolved.emplace(layer->second, std::move(pair));
    }
  }
  if (!strangers.empty()) {
    refuse_lora(lora.files.front(), "it adapts layers that the U-Net lacks: " + some_of(strangers),
                "leaving them out would change the pictures",
                "use an adapter that was made for this model");
  }
  lora.modules = std::move(resolved);
  return lora;
}

}  // namespace rocm::data
