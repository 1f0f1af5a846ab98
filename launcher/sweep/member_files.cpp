// SPDX-License-Identifier: Apache-2.0
#include "launcher/sweep/member_files.hpp"

#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "data/atomic_file.hpp"
#include "data/printable.hpp"
#include "data/run/folders.hpp"
#include "launcher/config_text.hpp"
#include "launcher/sweep/value_text.hpp"

namespace rocm::launcher {

namespace fs = std::filesystem;

fs::path write_member_file(const SweepPlan& plan, const SweepMember& member,
                           const fs::path& folder) {
  const fs::path path = folder / (member.id + ".toml");
  data::make_folders(folder);
  data::write_atomically(
      path, fmt::format("# A member of the sweep {}: {}\n{}", data::printable_path(plan.file),
                        data::printable(settings_text(plan, member), 4096),
                        resolved_toml(member.config)));
  return path;
}

fs::path member_log(const SweepPlan& plan, const SweepMember& member) {
  return plan.folder / (member.id + ".log");
}

fs::path member_folder(const SweepPlan& plan, const SweepMember& member) {
  return plan.folder / member.id;
}

std::string settings_text(const SweepPlan& plan, const SweepMember& member) {
  std::vector<std::string> settings;
  for (std::size_t i = 0; i < plan.keys.size(); ++i)
    settings.push_back(fmt::format("{} = {}", plan.keys[i], value_text(member.values[i])));
  return fmt::format("{}", fmt::join(settings, ", "));
}

}  // namespace rocm::launcher
