// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <limits>
#include <system_error>

#include <ATen/ops/tensor.h>
#include <fmt/format.h>

#include "data/atomic_file.hpp"
#include "data/records/hdf5_writer.hpp"
#include "data/run/folders.hpp"
#include "data/run/scoped_folder.hpp"
#include "launcher/sweep/member_results.hpp"
#include "launcher/sweep/value_text.hpp"
#include "launcher/version.hpp"

namespace rocm::launcher {
namespace {

namespace fs = std::filesystem;

constexpr const char* kMemberAxis = "member";

/// Writes variables along the axis of members.
class MemberFile {
 public:
  MemberFile(const fs::path& path, std::size_t members) : file_(path), members_(members) {}

  void add(const std::string& name, const std::vector<std::string>& texts) {
    create(name, data::HdfElement::kText);
    file_.write(name, texts);
  }

  void add(const std::string& name, const std::vector<std::int64_t>& integers) {
    create(name, data::HdfElement::kInt64);
    file_.write(name, at::tensor(integers, at::kLong));
  }

  void add(const std::string& name, const std::vector<double>& numbers) {
    create(name, data::HdfElement::kFloat64);
    file_.write(name, at::tensor(numbers, at::kDouble));
  }

  /// Integers or numbers if all values are, else text.
  void add_setting(const std::string& name, const SweepPlan& plan, std::size_t key) {
    std::vector<std::string> texts;
    std::vector<std::int64_t> integers;
    std::vector<double> numbers;
    for (const SweepMember& member : plan.members) {
      const auto& value = member.values[key].value;
      texts.push_back(plain_text(member.values[key]));
      const auto* integer = std::get_if<std::int64_t>(&value);
      const auto* number = std::get_if<double>(&value);
      if (integer != nullptr) integers.push_back(*integer);
      if (integer != nullptr || number != nullptr)
        numbers.push_back(number != nullptr ? *number : static_cast<double>(*integer));
    }
    if (integers.size() == texts.size()) return add(name, integers);
    numbers.size() == texts.size() ? add(name, numbers) : add(name, texts);
  }

  void set_attribute(std::string_view variable, const std::string& name, const std::string& text) {
    file_.set_attribute(variable, name, text);
  }

  void close() { file_.close(); }

 private:
  void create(const std::string& name, data::HdfElement element) {
    file_.create({.name = name, .element = element, .shape = {members_}, .axes = {kMemberAxis}});
  }

  data::HdfWriter file_;
  std::uint64_t members_;
};

std::vector<double> figure_column(const SweepResults& results, std::size_t column) {
  std::vector<double> values;
  for (const auto& row : results.rows)
    values.push_back(row[column].value_or(std::numeric_limits<double>::quiet_NaN()));
  return values;
}

void fill_results(MemberFile& file, const SweepPlan& plan, const std::vector<MemberState>& states,
                  const SweepResults& results) {
  std::vector<std::string> ids;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < states.size(); ++i) {
    ids.push_back(plan.members[i].id);
    names.emplace_back(name_of(states[i].status));
  }
  file.set_attribute("", "Conventions", "CF-1.10");
  file.set_attribute("", "title", "rocm-dist sweep");
  file.set_attribute("", "source", fmt::format("rocm-dist {} (git {})", release(), git_revision()));
  file.add(kMemberAxis, ids);
  file.add("state", names);
  std::string coordinates = "state";
  for (std::size_t key = 0; key < plan.keys.size(); ++key) {
    const std::string column = column_of_key(plan.keys[key], results);
    file.add_setting(column, plan, key);
    coordinates += ' ' + column;
  }
  for (std::size_t column = 0; column < results.names.size(); ++column) {
    file.add(results.names[column], figure_column(results, column));
    file.set_attribute(results.names[column], "coordinates", coordinates);
    file.set_attribute(results.names[column], "units",
                       results.names[column] == "elapsed_s" ? "s" : "1");
  }
}

}  // namespace

void write_results(const fs::path& path, const SweepPlan& plan,
                   const std::vector<MemberState>& states, const SweepResults& results) {
  data::require_writable_place(path);
  const data::ScopedFolder aside(path.native() + ".part-" + data::process_tag());
  const fs::path part = aside.path() / "results.h5";
  MemberFile file(part, plan.members.size());
  fill_results(file, plan, states, results);
  file.close();
  data::move_path(part, path);
}

}  // namespace rocm::launcher
