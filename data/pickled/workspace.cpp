// SPDX-License-Identifier: Apache-2.0
#include "data/pickled/workspace.hpp"

#include <iterator>

#include "data/pickled/objects.hpp"

namespace rocm::data::pickled {
namespace {

/// Far above any checkpoint's. A hostile program copies a long list with a few bytes.
constexpr std::size_t kMostWork = 5'000'000;

std::size_t size_of(const Value& value) {
  if (const auto* sequence = value.as<Sequence>()) return sequence->items.size();
  if (const auto* dictionary = value.as<Dictionary>()) return dictionary->entries.size();
  return 0;
}

}  // namespace

void Workspace::push(Value value) {
  work_ += 1 + size_of(value);
  if (work_ > kMostWork) program_.refuse("it makes more values than a checkpoint has");
  result_.values.push_back(std::move(value));
  stack_.push_back(&result_.values.back());
}

Value& Workspace::top() {
  if (stack_.size() <= floor()) program_.refuse("an empty stack");
  return *stack_.back();
}

Value* Workspace::pop() {
  Value* value = &top();
  stack_.pop_back();
  return value;
}

std::vector<Value*> Workspace::pop_marked() {
  if (marks_.empty()) program_.refuse("a missing mark");
  std::vector<Value*> values(stack_.begin() + static_cast<std::ptrdiff_t>(floor()), stack_.end());
  stack_.resize(floor());
  marks_.pop_back();
  return values;
}

std::vector<Value*> Workspace::pop_last(std::size_t count) {
  if (stack_.size() - floor() < count) program_.refuse("an empty stack");
  std::vector<Value*> values(stack_.end() - static_cast<std::ptrdiff_t>(count), stack_.end());
  stack_.resize(stack_.size() - count);
  return values;
}

void Workspace::recall(std::uint64_t key) {
  const auto found = memo_.find(key);
  if (found == memo_.end()) program_.refuse("a value that was never stored");
  push(found->second);
}

void Workspace::call(const Value& callable, std::span<Value* const> arguments) {
  const Global* global = callable.as<Global>();
  Value built =
      global == nullptr ? Value{Opaque{{"", "object"}}} : build(*global, arguments, program_);
  if (const Opaque* opaque = built.as<Opaque>())
    ++result_.foreign[{opaque->type.module, opaque->type.name}];
  push(std::move(built));
}

Pickle Workspace::finish() {
  result_.root = pop();
  return std::move(result_);
}

}  // namespace rocm::data::pickled
