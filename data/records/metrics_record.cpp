// SPDX-License-Identifier: Apache-2.0
#include "data/records/metrics_record.hpp"

#include <fstream>
#include <optional>
#include <span>
#include <system_error>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "data/atomic_file.hpp"
#include "dist/base/contract.hpp"

namespace rocm::data {
namespace {

namespace fs = std::filesystem;

/// The step of a whole line; nothing for one that was cut short.
std::optional<std::int64_t> step_of(const std::string& line) {
  const auto json = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains("step")) return std::nullopt;
  if (!json["step"].is_number_integer()) return std::nullopt;
  return json["step"].get<std::int64_t>();
}

std::uint64_t size_of(const fs::path& path) {
  std::error_code ignored;
  const std::uintmax_t size_B = fs::file_size(path, ignored);
  return ignored ? 0 : size_B;
}

/// Copies the lines that stay into a new file of that name.
void keep_until(std::int64_t last_step, const fs::path& path) {
  std::ifstream lines(path);
  if (is_file(path) && !lines) storage_check(-1, "open", path, 0);
  AtomicFile kept(path, size_of(path));
  std::int64_t newest = 0;
  for (std::string line; std::getline(lines, line);) {
    const bool whole = !lines.eof();  // the last line, too, ends with a line end
    const auto step = whole ? step_of(line) : std::nullopt;
    if (!step || *step <= newest || *step > last_step) continue;
    kept.append(line + "\n");
    newest = *step;
  }
  if (lines.bad()) storage_check(-1, "read", path, 0);  // and not lose what could not be read
  kept.commit();
}

FileDescriptor open_to_append(const fs::path& path) {
  FileDescriptor file(::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
  storage_check(file.get(), "open", path, 0);
  return file;
}

}  // namespace

std::string metrics_line(const StepMetrics& metrics) {
  nlohmann::ordered_json json = {{"step", metrics.step},
                                 {"loss", metrics.loss},
                                 {"reward", metrics.reward},
                                 {"reward_std", metrics.reward_std},
                                 {"divergence", metrics.divergence},
                                 {"beta", metrics.beta},
                                 {"grad_norm", metrics.grad_norm},
                                 {"learning_rate", metrics.learning_rate},
                                 {"skipped", metrics.skipped},
                                 {"samples_per_s", metrics.samples_per_s},
                                 {"elapsed_s", metrics.elapsed_s}};
  for (const auto& [name, value] : metrics.rewards) json["reward/" + name] = value;
  return json.dump();
}

MetricsRecord::MetricsRecord(fs::path path, std::int64_t last_step)
    : path_(std::move(path)), last_step_(last_step) {
  keep_until(last_step, path_);
  file_ = open_to_append(path_);
}

void MetricsRecord::append(const StepMetrics& metrics) {
  expects(metrics.step > last_step_, "steps of metrics to grow");
  const std::string line = metrics_line(metrics) + "\n";
  write_all(file_, std::as_bytes(std::span(line)), path_, line.size());
  last_step_ = metrics.step;
}

void MetricsRecord::sync() {
  storage_check(::fdatasync(file_.get()), "sync", path_, 0);
}

}  // namespace rocm::data
