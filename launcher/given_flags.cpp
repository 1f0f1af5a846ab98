// SPDX-License-Identifier: Apache-2.0
#include "launcher/given_flags.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <boost/program_options/errors.hpp>
#include <boost/program_options/option.hpp>
#include <boost/program_options/options_description.hpp>
#include <boost/program_options/parsers.hpp>
#include <fmt/format.h>

#include "data/printable.hpp"
#include "dist/base/contract.hpp"
#include "launcher/spelling.hpp"

namespace rocm::launcher {
namespace {

namespace po = boost::program_options;

/// Long flags only, spelt out: by default Boost would take --ste for --steps.
constexpr int kStyle = po::command_line_style::allow_long |
                       po::command_line_style::long_allow_adjacent |
                       po::command_line_style::long_allow_next;

po::options_description options_of(const Verb& verb) {
  po::options_description options;
  for (const Flag& flag : verb.flags) {
    const std::string name(flag.name);
    if (flag.argument.empty())
      options.add_options()(name.c_str(), "");
    else if (flag.repeat == Repeat::kOftenAndSeveral)
      options.add_options()(name.c_str(), po::value<std::vector<std::string>>()->multitoken(), "");
    else
      options.add_options()(name.c_str(), po::value<std::string>(), "");
  }
  return options;
}

std::vector<std::string> names_of(const Verb& verb) {
  std::vector<std::string> names = {"--help"};
  for (const Flag& flag : verb.flags) names.push_back("--" + std::string(flag.name));
  return names;
}

}  // namespace

GivenFlags::GivenFlags(const Verb& verb, std::span<const std::string> arguments) : verb_(verb) {
  const po::options_description options = options_of(verb);
  const std::string help = fmt::format("rocm-dist {} --help lists the flags", verb.name);
  try {
    const std::vector<std::string> words(arguments.begin(), arguments.end());
    const auto parsed = po::command_line_parser(words).options(options).style(kStyle).run();
    for (const po::option& option : parsed.options) {
      const auto& values = option.value;
      if (option.position_key >= 0)
        operands_.insert(operands_.end(), values.begin(), values.end());
      else if (values.empty())
        given_.push_back({option.string_key, ""});
      for (const std::string& value : values)
        if (option.position_key < 0) given_.push_back({option.string_key, value});
    }
  } catch (const po::unknown_option& error) {
    const auto meant = nearest(error.get_option_name(), names_of(verb));
    refuse("unknown flag " + data::printable(error.get_option_name()), "this verb does not have it",
           meant ? fmt::format("did you mean {}? {}", *meant, help) : help);
  } catch (const po::error& error) {
    refuse(data::printable(error.what()), "flags are spelt out, --flag VALUE or --flag=VALUE",
           help);
  }
  check_repeats();
}

void GivenFlags::check_repeats() const {
  for (const Flag& flag : verb_.flags) {
    const auto times = std::ranges::count(given_, flag.name, &Given::name);
    if (times > 1 && flag.repeat == Repeat::kOnce)
      refuse(fmt::format("--{} is given {} times", flag.name, times), "only one can be meant",
             "keep one");
  }
  const std::size_t wanted = verb_.operand.empty() ? 0 : 1;
  if (operands_.size() > wanted)
    refuse(fmt::format("unexpected argument {}", data::printable(operands_[wanted])),
           "arguments belong to flags", fmt::format("rocm-dist {} --help", verb_.name));
}

bool GivenFlags::has(std::string_view flag) const {
  return std::ranges::find(given_, flag, &Given::name) != given_.end();
}

std::optional<std::string> GivenFlags::text(std::string_view flag) const {
  const auto given = std::ranges::find(given_, flag, &Given::name);
  if (given == given_.end()) return std::nullopt;
  if (given->value.empty())
    refuse(fmt::format("--{} is empty", flag), "it needs a value",
           fmt::format("rocm-dist {} --help", verb_.name));
  return given->value;
}

std::optional<std::filesystem::path> GivenFlags::path(std::string_view flag) const {
  const auto value = text(flag);
  return value ? std::optional<std::filesystem::path>(*value) : std::nullopt;
}

std::string GivenFlags::required_text(std::string_view flag) const {
  const auto value = text(flag);
  if (!value)
    refuse(fmt::format("--{} is missing", flag), "the verb cannot work without it",
           fmt::format("rocm-dist {} --help", verb_.name));
  return *value;
}

std::filesystem::path GivenFlags::required_path(std::string_view flag) const {
  return required_text(flag);
}

std::vector<std::string> GivenFlags::texts(std::string_view flag) const {
  std::vector<std::string> values;
  for (const Given& given : given_) {
    if (given.name != flag) continue;
    if (given.value.empty())
      refuse(fmt::format("--{} is empty", flag), "it needs a value",
             fmt::format("rocm-dist {} --help", verb_.name));
    values.push_back(given.value);
  }
  return values;
}

std::vector<std::string> GivenFlags::required_texts(std::string_view flag) const {
  (void)required_text(flag);
  return texts(flag);
}

std::int64_t GivenFlags::whole_number_in(std::string_view flag, const std::string& value,
                                         std::int64_t most) const {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  const bool whole = error == std::errc{} && end == value.data() + value.size();
  if (!whole || number < 1 || number > most)
    refuse(fmt::format("--{} {} is no number that fits", flag, data::printable(value)),
           fmt::format("a whole number from 1 to {} is needed", most), "write 8, say");
  return number;
}

std::optional<std::int64_t> GivenFlags::whole_number(std::string_view flag) const {
  constexpr std::int64_t kMost = 65536;
  const auto value = text(flag);
  return value ? std::optional(whole_number_in(flag, *value, kMost)) : std::nullopt;
}

std::vector<std::int64_t> GivenFlags::whole_numbers(std::string_view flag) const {
  constexpr std::int64_t kMost = 1'000'000'000'000;
  std::vector<std::int64_t> numbers;
  for (const std::string& value : texts(flag))
    numbers.push_back(whole_number_in(flag, value, kMost));
  return numbers;
}

double GivenFlags::number(std::string_view flag, double fallback) const {
  const auto value = text(flag);
  if (!value) return fallback;
  double number = 0.0;
  const auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), number);
  if (error != std::errc{} || end != value->data() + value->size() || !std::isfinite(number))
    refuse(fmt::format("--{} {} is no number", flag, data::printable(*value)),
           "a finite decimal number is needed", "write 0.5, say");
  return number;
}

std::filesystem::path GivenFlags::required_operand() const {
  if (operands_.empty() || operands_.front().empty())
    refuse(fmt::format("{} is missing", verb_.operand), "the verb cannot work without it",
           fmt::format("rocm-dist {} --help", verb_.name));
  return operands_.front();
}

std::vector<Override> GivenFlags::overrides() const {
  std::vector<Override> changes;
  for (const Given& given : given_) {
    if (given.name == "set") changes.push_back(override_from_set(given.value));
  }
  return changes;
}

std::string GivenFlags::where() const {
  return fmt::format("rocm-dist {}", verb_.name);
}

void GivenFlags::refuse(const std::string& problem, const std::string& because,
                        const std::string& advice) const {
  fail(ExitCode::kUsage,
       {.where = where(), .problem = problem, .because = because, .advice = advice});
}

}  // namespace rocm::launcher
