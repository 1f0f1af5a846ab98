// SPDX-License-Identifier: Apache-2.0
#include "data/pickled/program_reader.hpp"

#include <utility>

#include <fmt/format.h>

#include "dist/base/contract.hpp"

namespace rocm::data::pickled {

ProgramReader::ProgramReader(std::string_view program, std::string where)
    : program_(program), where_(std::move(where)) {
}

std::uint8_t ProgramReader::opcode() {
  return number<std::uint8_t>();
}

double ProgramReader::big_endian_double() {
  return std::bit_cast<double>(__builtin_bswap64(number<std::uint64_t>()));
}

std::string_view ProgramReader::bytes(std::uint64_t count) {
  if (count > program_.size() - at_) refuse("it ends in the middle of a value");
  const std::string_view taken = program_.substr(at_, count);
  at_ += count;
  return taken;
}

std::string_view ProgramReader::line() {
  const std::size_t end = program_.find('\n', at_);
  if (end == std::string_view::npos) refuse("it ends in the middle of a line");
  const std::string_view text = program_.substr(at_, end - at_);
  at_ = end + 1;
  return text;
}

void ProgramReader::refuse(const std::string& problem) const {
  fail(ExitCode::kInput,
       {.where = where_,
        .problem = fmt::format("the pickle is broken at byte {}: {}", at_, problem),
        .because = "torch.save does not write such a program",
        .advice = "fetch or write the file again"});
}

}  // namespace rocm::data::pickled
