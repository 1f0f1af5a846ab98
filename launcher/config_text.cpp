// SPDX-License-Identifier: Apache-2.0
#include "launcher/config_text.hpp"

#include <utility>

#include <fmt/format.h>

#include "launcher/config/described.hpp"
#include "launcher/config/notation.hpp"

namespace rocm::launcher {
namespace {

class ResolvedWriter {
 public:
  ResolvedWriter(std::string table, std::string& text) : table_(std::move(table)), text_(text) {}

  template <class T>
  void operator()(const T& value, const Field& field) const {
    text_ += fmt::format("{} = {}\n", field.name, Notation<T>::write(value));
  }

  template <class T>
  void operator()(const std::optional<T>& value, const Field& field) const {
    if (value) (*this)(*value, field);
  }

  template <Described T>
  void operator()(const T& value, const Field& field) const {
    const std::string key = key_path(table_, field.name);
    text_ += fmt::format("{}[{}]\n", text_.empty() ? "" : "\n", key);
    T::describe(value, ResolvedWriter(key, text_));
  }

  template <Described T>
  void operator()(const std::vector<T>& values, const Field& field) const {
    const std::string key = key_path(table_, field.name);
    for (const T& value : values) {
      text_ += fmt::format("\n[[{}]]\n", key);
      T::describe(value, ResolvedWriter(key, text_));
    }
  }

 private:
  std::string table_;
  std::string& text_;
};

class SettingsWriter {
 public:
  SettingsWriter(std::string table, std::map<std::string, std::string>& settings)
      : table_(std::move(table)), settings_(settings) {}

  template <class T>
  void operator()(const T& value, const Field& field) const {
    settings_.emplace(key_path(table_, field.name), Notation<T>::write(value));
  }

  template <class T>
  void operator()(const std::optional<T>& value, const Field& field) const {
    if (value) (*this)(*value, field);
  }

  template <Described T>
  void operator()(const T& value, const Field& field) const {
    T::describe(value, SettingsWriter(key_path(table_, field.name), settings_));
  }

  template <Described T>
  void operator()(const std::vector<T>& values, const Field& field) const {
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::string entry = fmt::format("{}[{}]", key_path(table_, field.name), i);
      T::describe(values[i], SettingsWriter(entry, settings_));
    }
  }

 private:
  std::string table_;
  std::map<std::string, std::string>& settings_;
};

/// Whether what is printed takes effect or is there to be uncommented.
enum class Effect : std::uint8_t { kLive, kCommented };

class DefaultsWriter {
 public:
  DefaultsWriter(std::string table, Effect effect, std::string& text)
      : table_(std::move(table)), effect_(effect), text_(text) {}

  template <class T>
  void operator()(const T& value, const Field& field) const {
    const bool required = field.presence == Presence::kRequired;
    key(field, Notation<T>::expected(field) + (required ? "; required" : ""),
        required ? std::string(field.example) : Notation<T>::write(value), effect_);
  }

  template <class T>
  void operator()(const std::optional<T>&, const Field& field) const {
    key(field, Notation<T>::expected(field), std::string(field.example), optional_effect());
  }

  template <Described T>
  void operator()(const T& value, const Field& field) const {
    const std::string path = key_path(table_, field.name);
    text_ += fmt::format("\n# {}\n[{}]\n", field.meaning, path);
    T::describe(value, DefaultsWriter(path, Effect::kLive, text_));
  }

  template <Described T>
  void operator()(const std::vector<T>&, const Field& field) const {
    const bool required = field.presence == Presence::kRequired;
    const Effect effect = required ? Effect::kLive : Effect::kCommented;
    const std::string path = key_path(table_, field.name);
    text_ += fmt::format("\n# {}{}\n{}[[{}]]\n", field.meaning, required ? "; at least one" : "",
                         mark(effect), path);
    const T example;
    T::describe(example, DefaultsWriter(path, effect, text_));
  }

 private:
  void key(const Field& field, const std::string& expected, const std::string& value,
           Effect effect) const {
    text_ += fmt::format("# {} ({})\n{}{} = {}\n", field.meaning, expected, mark(effect),
                         field.name, value);
  }

  /// An entry of a list is an example, and shows all its keys.
  [[nodiscard]] Effect optional_effect() const {
    return table_ == "reward" ? Effect::kLive : Effect::kCommented;
  }

  [[nodiscard]] static std::string_view mark(Effect effect) {
    return effect == Effect::kLive ? "" : "# ";
  }

  std::string table_;
  Effect effect_;
  std::string& text_;
};

}  // namespace

std::string resolved_toml(const Config& config) {
  std::string text;
  Config::describe(config, ResolvedWriter("", text));
  return text;
}

std::map<std::string, std::string> settings_by_key(const Config& config) {
  std::map<std::string, std::string> settings;
  Config::describe(config, SettingsWriter("", settings));
  return settings;
}

std::string commented_defaults() {
  std::string text =
      "# rocm-dist: every key of a run at its default. Values are those of the embedded world "
      "where\n"
      "# there is no default. Paths are relative to the current directory; [units] are in "
      "brackets.\n";
  const Config defaults;
  Config::describe(defaults, DefaultsWriter("", Effect::kLive, text));
  return text;
}

}  // namespace rocm::launcher
