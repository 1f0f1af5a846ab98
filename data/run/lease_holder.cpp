// SPDX-License-Identifier: Apache-2.0
#include "data/run/lease_holder.hpp"

#include <chrono>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <sstream>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "data/printable.hpp"
#include "data/run/folders.hpp"

namespace rocm::data {
namespace {

std::string first_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

std::string boot_of_this_host() {
  return first_line("/proc/sys/kernel/random/boot_id");
}

/// Field 22 of /proc/PID/stat; empty when there is no such process, or only the record of a dead
/// one that nobody has asked for. The second field is the program's name in parentheses and may
/// hold anything, so counting starts after it.
std::string start_of(std::int64_t process) {
  const std::string line = first_line(fmt::format("/proc/{}/stat", process));
  const auto name_end = line.rfind(')');
  if (name_end == std::string::npos) return "";
  std::istringstream fields(line.substr(name_end + 1));
  std::string state;
  fields >> state;
  if (state == "Z" || state == "X") return "";
  std::string field;
  for (int number = 4; number <= 22; ++number) fields >> field;
  return field;
}

std::string utc_now() {
  const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(now));
}

}  // namespace

LeaseHolder this_process() {
  const char* const slurm_job = std::getenv("SLURM_JOB_ID");
  return {.host = host_name(),
          .boot = boot_of_this_host(),
          .process = ::getpid(),
          .process_start = start_of(::getpid()),
          .slurm_job = slurm_job == nullptr ? "" : slurm_job,
          .since = utc_now()};
}

bool runs_here(const LeaseHolder& holder) {
  return holder.host == host_name() && holder.boot == boot_of_this_host() &&
         !holder.process_start.empty() && start_of(holder.process) == holder.process_start;
}

std::string to_json(const LeaseHolder& holder) {
  const nlohmann::ordered_json json = {
      {"host", holder.host},           {"boot", holder.boot},
      {"process", holder.process},     {"process_start", holder.process_start},
      {"slurm_job", holder.slurm_job}, {"since", holder.since}};
  return json.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace) + "\n";
}

std::optional<LeaseHolder> parse_lease_holder(std::string_view text) {
  const auto json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return std::nullopt;
  for (const char* key : {"host", "boot", "process_start", "slurm_job", "since"}) {
    if (!json.contains(key) || !json[key].is_string()) return std::nullopt;
  }
  if (!json.contains("process") || !json["process"].is_number_integer()) return std::nullopt;
  return LeaseHolder{.host = json["host"],
                     .boot = json["boot"],
                     .process = json["process"],
                     .process_start = json["process_start"],
                     .slurm_job = json["slurm_job"],
                     .since = json["since"]};
}

std::string description_of(const LeaseHolder& holder) {
  const std::string job =
      holder.slurm_job.empty() ? "" : fmt::format(", Slurm job {}", printable(holder.slurm_job));
  return fmt::format("host {}, process {}{}, since {}", printable(holder.host), holder.process, job,
                     printable(holder.since));
}

}  // namespace rocm::data
