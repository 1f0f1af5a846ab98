// SPDX-License-Identifier: Apache-2.0
#include "dist/verdict.hpp"

#include <algorithm>
#include <new>
#include <string_view>

#include <c10/util/Exception.h>
#include <fmt/format.h>

namespace rocm::dist {
namespace {

std::string on_one_line(std::string text) {
  std::ranges::replace(text, '\n', ' ');
  return text;
}

Verdict out_of_memory(std::string_view detail) {
  const Complaint complaint{
      .where = "",
      .problem = "out of memory",
      .because = std::string(detail),
      .advice =
          "lower data.micro_batch or model.resolution, keep model.checkpoint = "
          "\"every_step\", or start fewer ranks per machine"};
  return {ExitCode::kOutOfMemory, complaint.str()};
}

Verdict bug(std::string_view detail) {
  const Complaint complaint{.where = "",
                            .problem = "a bug in rocm-dist",
                            .because = std::string(detail),
                            .advice = "report it with this line and the resolved configuration"};
  return {ExitCode::kBug, complaint.str()};
}

/// LibTorch has an own type for a GPU without memory, and a mere text for a host without.
Verdict judge_torch(const c10::Error& error) {
  const std::string text = error.what_without_backtrace();
  const bool host_memory = text.find("DefaultCPUAllocator") != std::string::npos;
  const bool gpu_memory = dynamic_cast<const c10::OutOfMemoryError*>(&error) != nullptr;
  return host_memory || gpu_memory ? out_of_memory(text) : bug(text);
}

Verdict judge_lines(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const Failure& failure) {
    return {failure.code(), failure.what()};
  } catch (const std::bad_alloc& error) {
    return out_of_memory(error.what());
  } catch (const c10::Error& error) {
    return judge_torch(error);
  } catch (const std::exception& error) {
    return bug(error.what());
  } catch (...) {
    return bug("something was thrown that is no std::exception");
  }
}

}  // namespace

Verdict judge(const std::exception_ptr& thrown) {
  Verdict verdict = judge_lines(thrown);
  verdict.line = on_one_line(std::move(verdict.line));
  return verdict;
}

}  // namespace rocm::dist
