// SPDX-License-Identifier: Apache-2.0
#include "launcher/config_io.hpp"

#include <fstream>
#include <iterator>

#include "data/printable.hpp"
#include "dist/base/contract.hpp"
#include "launcher/config/config_reader.hpp"
#include "launcher/config/known_keys.hpp"
#include "launcher/method_defaults.hpp"

namespace rocm::launcher {
namespace {

/// Any readable file will do, a pipe as well: --config <(generate).
std::string text_of(const std::filesystem::path& path) {
  std::error_code ignored;
  std::ifstream file(path, std::ios::binary);
  const bool readable = file.is_open() && !std::filesystem::is_directory(path, ignored);
  require(readable, {.where = data::printable_path(path),
                     .problem = "cannot read the configuration",
                     .because = file.is_open() ? "it is a folder" : "no such readable file",
                     .advice = "give a TOML file; rocm-dist train --print-defaults makes one"});
  return {std::istreambuf_iterator<char>(file), {}};
}

/// A sweep describes many runs; one run cannot obey it.
void refuse_sweep(const Setting::Table& settings) {
  const NamedSetting* sweep = find(settings, "sweep");
  if (sweep == nullptr) return;
  fail(ExitCode::kUsage, {.where = sweep->where,
                          .problem = "[sweep] describes many runs",
                          .because = "this verb makes one",
                          .advice = "rocm-dist sweep makes them all; for one, remove the table"});
}

/// The method that the settings name; its defaults stand where they are silent. What cannot be read
/// is refused where every other value is.
MethodName method_in(const Setting::Table& settings) {
  const NamedSetting* table = find(settings, "objective");
  const auto* keys =
      table == nullptr ? nullptr : std::get_if<Setting::Table>(&table->setting.value);
  const NamedSetting* method = keys == nullptr ? nullptr : find(*keys, "method");
  if (method == nullptr) return MethodName::kRocm;
  return Notation<MethodName>::read(method->setting, {}).value_or(MethodName::kRocm);
}

}  // namespace

Setting::Table read_settings(const std::filesystem::path& path) {
  return parse_toml(text_of(path), path.string());
}

Config config_of(const Setting::Table& settings, const std::string& name) {
  refuse_sweep(settings);
  refuse_unknown_keys(settings);
  Config config = defaults_of(method_in(settings));
  Config::describe(config, ConfigReader(settings, "", data::printable(name)));
  return config;
}

Config parse_config(const std::string& text, const std::string& name,
                    std::span<const Override> overrides) {
  Setting::Table settings = parse_toml(text, name);
  for (const Override& change : overrides) apply(change, settings);
  return config_of(settings, name);
}

Config read_config(const std::filesystem::path& path, std::span<const Override> overrides) {
  return parse_config(text_of(path), path.string(), overrides);
}

}  // namespace rocm::launcher
