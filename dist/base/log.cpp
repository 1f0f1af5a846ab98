// SPDX-License-Identifier: Apache-2.0
#include "dist/base/log.hpp"

#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include "dist/base/contract.hpp"

namespace rocm {
namespace {

/// The one process-wide object: where lines go is a property of the process, as stderr is.
struct Sinks {
  std::shared_ptr<spdlog::sinks::stderr_sink_mt> terminal =
      std::make_shared<spdlog::sinks::stderr_sink_mt>();
  std::shared_ptr<spdlog::logger> file;
  std::string prefix;
  bool first = true;
  bool bar_shown = false;
  bool shows_status = false;

  static Sinks& get() {
    static Sinks sinks;
    return sinks;
  }
};

/// Where the status stood, at the beginning of an empty line.
constexpr std::string_view kClearLine = "\r\x1b[K";

void clear_status(Sinks& sinks) {
  if (!std::exchange(sinks.shows_status, false)) return;
  std::fwrite(kClearLine.data(), 1, kClearLine.size(), stderr);
}

enum class Audience { kFileOnly, kEveryone };

/// The last guard of the terminal: whatever names a file brought into a message, no control
/// character gets out but the line feed. (data/printable.hpp makes names readable before this.)
std::string without_controls(std::string_view line) {
  std::string safe;
  for (const char c : line) {
    const auto byte = static_cast<unsigned char>(c);
    const bool control = (byte < 0x20 && c != '\n') || byte == 0x7f;
    safe += control ? fmt::format("\\x{:02x}", byte) : std::string(1, c);
  }
  return safe;
}

void emit(spdlog::level::level_enum level, Audience audience, std::string_view raw) {
  Sinks& sinks = Sinks::get();
  const std::string line = without_controls(raw);
  if (audience == Audience::kEveryone) {
    clear_status(sinks);
    spdlog::logger terminal("rocm-dist", sinks.terminal);
    terminal.set_pattern("%v");
    const char* below_the_bar = std::exchange(sinks.bar_shown, false) ? "\n" : "";
    terminal.log(level, "{}{}{}", below_the_bar, sinks.prefix, line);
    terminal.flush();
  }
  if (sinks.file) sinks.file->log(level, line);
}

}  // namespace

void Log::set_rank(int rank, int world_size) {
  Sinks& sinks = Sinks::get();
  sinks.first = rank == 0;
  sinks.prefix = world_size > 1 && rank > 0 ? fmt::format("[rank {}] ", rank) : "";
}

void Log::open_file(const std::filesystem::path& path) {
  try {
    auto sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(path.string());
    Sinks::get().file = std::make_shared<spdlog::logger>("file", std::move(sink));
    Sinks::get().file->set_pattern("%Y-%m-%dT%H:%M:%S.%e %l %v");
    Sinks::get().file->flush_on(spdlog::level::info);
  } catch (const spdlog::spdlog_ex& error) {
    fail(ExitCode::kStorage, {.where = path.string(),
                              .problem = "cannot open the log file",
                              .because = error.what(),
                              .advice = "check that the run folder is writable"});
  }
}

void Log::info(std::string_view line) {
  emit(spdlog::level::info, Sinks::get().first ? Audience::kEveryone : Audience::kFileOnly, line);
}

void Log::warn(std::string_view line) {
  emit(spdlog::level::warn, Audience::kEveryone, line);
}

void Log::error(std::string_view line) {
  emit(spdlog::level::err, Audience::kEveryone, line);
  if (Sinks::get().file) Sinks::get().file->info("FAILED");
}

void Log::note(std::string_view line) {
  emit(spdlog::level::info, Audience::kFileOnly, line);
}

void Log::redraw(std::string_view bar) {
  fmt::print(stderr, "\r{}\x1b[K", bar);
  std::fflush(stderr);
  Sinks::get().bar_shown = true;
}

void Log::status(std::string_view line) {
  Sinks& sinks = Sinks::get();
  if (!sinks.first) return;
  clear_status(sinks);
  std::fwrite(line.data(), 1, line.size(), stderr);
  std::fflush(stderr);
  sinks.shows_status = true;
}

}  // namespace rocm
