// SPDX-License-Identifier: Apache-2.0
#include "launcher/sweep/sweep_plan.hpp"

#include <map>
#include <utility>

#include <fmt/format.h>

#include "data/printable.hpp"
#include "dist/base/contract.hpp"
#include "launcher/config_io.hpp"
#include "launcher/config_validation.hpp"
#include "launcher/sweep/axis_checks.hpp"
#include "launcher/sweep/member_names.hpp"
#include "launcher/sweep/sweep_axes.hpp"

namespace rocm::launcher {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostMembers = 10000;

std::size_t count_members(const std::vector<SweepAxis>& axes, const fs::path& file) {
  std::size_t count = 1;
  for (const SweepAxis& axis : axes) {
    count *= axis.num_left();
    require(count <= kMostMembers,
            {.where = data::printable_path(file),
             .problem = fmt::format("[sweep] has more than {} members", kMostMembers),
             .because = "it is the product of all its lists",
             .advice = "split it, or put lists that belong together below [sweep.zip]"});
  }
  return count;
}

/// Row of each axis for member `number`; the last axis changes fastest.
std::vector<std::size_t> rows_of_member(const std::vector<SweepAxis>& axes, std::size_t number) {
  std::vector<std::size_t> rows(axes.size());
  for (std::size_t axis = axes.size(); axis-- > 0;) {
    rows[axis] = axes[axis].row_left(number % axes[axis].num_left());
    number /= axes[axis].num_left();
  }
  return rows;
}

/// Makes members of a file's settings; they share all but the swept keys.
class MemberFactory {
 public:
  MemberFactory(const fs::path& file, const Setting::Table& settings,
                const std::vector<NamedColumn>& columns, int ranks)
      : file_(file), settings_(settings), columns_(columns), ranks_(ranks) {}

  [[nodiscard]] SweepMember make(const std::vector<std::size_t>& rows) const {
    SweepMember member;
    Setting::Table settings = settings_;
    for (const NamedColumn& named : columns_) {
      const std::size_t row = rows[named.axis];
      if (!member.id.empty() && !named.names[row].empty()) member.id += '-';
      member.id += named.names[row];
      member.values.push_back(named.column->values[row]);
      if (!named.column->is_label())
        put(member.values.back(), named.column->key, named.column->where, settings);
    }
    member.config = config_of(settings, file_.string());
    check(member);  // also the names of the sweep, which the member's replace
    member.config.run.output =
        (fs::path(member.config.run.output) / member.config.run.name).string();
    member.config.run.name = member.id;
    check(member);
    return member;
  }

 private:
  void check(const SweepMember& member) const {
    try {
      validate(member.config);
      validate_world_size(member.config.data, ranks_);
    } catch (const Failure& failure) {
      throw Failure(failure.code(), fmt::format("{}: member {}: {}", data::printable_path(file_),
                                                member.id, failure.what()));
    }
  }

  const fs::path& file_;
  const Setting::Table& settings_;
  const std::vector<NamedColumn>& columns_;
  int ranks_;
};

void require_distinct_ids(const SweepPlan& plan) {
  std::map<std::string, std::size_t> first;
  for (std::size_t i = 0; i < plan.members.size(); ++i) {
    const auto [found, distinct] = first.try_emplace(plan.members[i].id, i);
    require(distinct, {.where = data::printable_path(plan.file),
                       .problem = fmt::format("members {} and {} would both be called {}",
                                              found->second, i, found->first),
                       .because = "the name is that of the run's folder",
                       .advice = "write one of the values in another way, or give each a label of "
                                 "its own"});
  }
}

SweepPlan plan_of(const fs::path& file, Setting::Table settings,
                  std::span<const Override> overrides, int ranks) {
  std::vector<SweepAxis> axes = take_sweep_axes(settings, file.string());
  for (const Override& change : overrides)
    if (!override_axes(change, axes)) apply(change, settings);
  check_axes(axes);
  const std::size_t count = count_members(axes, file);
  const auto columns = named_columns(axes);
  SweepPlan plan{.file = file};
  for (const NamedColumn& named : columns) plan.keys.push_back(named.column->key);
  const MemberFactory factory(file, settings, columns, ranks);
  for (std::size_t i = 0; i < count; ++i)
    plan.members.push_back(factory.make(rows_of_member(axes, i)));
  plan.folder = plan.members.front().config.run.output;
  require_distinct_ids(plan);
  return plan;
}

}  // namespace

SweepPlan plan_sweep(const fs::path& file, std::span<const Override> overrides, int ranks) {
  return plan_of(file, read_settings(file), overrides, ranks);
}

SweepPlan parse_sweep(const std::string& text, const fs::path& file,
                      std::span<const Override> overrides, int ranks) {
  return plan_of(file, parse_toml(text, file.string()), overrides, ranks);
}

}  // namespace rocm::launcher
