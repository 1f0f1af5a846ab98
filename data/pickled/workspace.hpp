// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "data/pickled/machine.hpp"
#include "data/pickled/program_reader.hpp"

namespace rocm::data::pickled {

/// What a pickle program works on: its reader, its stack with marks, its memo, and the values that
/// it has made. Every method refuses a program that asks for what is not there.
class Workspace {
 public:
  Workspace(std::string_view program, const std::string& where) : program_(program, where) {}

  [[nodiscard]] ProgramReader& program() { return program_; }

  /// Makes a value and puts it on the stack. Refuses a program that makes too much.
  void push(Value value);

  void push(Value* value) { stack_.push_back(value); }

  [[nodiscard]] Value* pop();
  [[nodiscard]] Value& top();

  void mark() { marks_.push_back(stack_.size()); }

  /// Takes everything above the last mark, and the mark.
  [[nodiscard]] std::vector<Value*> pop_marked();
  /// Takes the last `count` values, the deepest first.
  [[nodiscard]] std::vector<Value*> pop_last(std::size_t count);

  void store(std::uint64_t key) { memo_[key] = &top(); }

  void store_next() { store(memo_.size()); }

  void recall(std::uint64_t key);

  /// Puts what calling `callable` stands for on the stack.
  void call(const Value& callable, std::span<Value* const> arguments);

  /// The program's result, which leaves the workspace empty.
  [[nodiscard]] Pickle finish();

 private:
  [[nodiscard]] std::size_t floor() const { return marks_.empty() ? 0 : marks_.back(); }

  ProgramReader program_;
  Pickle result_;
  std::vector<Value*> stack_;
  std::vector<std::size_t> marks_;  ///< sizes of the stack
  std::unordered_map<std::uint64_t, Value*> memo_;
  std::size_t work_ = 0;  ///< values made, and items copied into them
};

}  // namespace rocm::data::pickled
