// SPDX-License-Identifier: Apache-2.0
#include "data/pickled/machine.hpp"

#include <array>
#include <charconv>
#include <cstddef>
#include <vector>

#include <fmt/format.h>

#include "data/pickled/objects.hpp"
#include "data/pickled/workspace.hpp"

namespace rocm::data::pickled {
namespace {

template <typename T>
T written(Workspace& work) {
  std::string_view text = work.program().line();
  if (text.ends_with('L')) text.remove_suffix(1);  // a long integer of Python 2
  T value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size())
    work.program().refuse("a number that is none");
  return value;
}

template <typename Count>
std::string_view counted(Workspace& work) {
  return work.program().bytes(work.program().number<Count>());
}

template <typename T>
void push_integer(Workspace& work) {
  work.push({std::int64_t{work.program().number<T>()}});
}

/// Two's complement in as many bytes as are given; beyond 64 bits it is only known to be one.
template <typename Count>
void push_long(Workspace& work) {
  const std::string_view digits = counted<Count>(work);
  if (digits.size() > sizeof(std::int64_t)) return work.push({Opaque{{"builtins", "int"}}});
  const bool negative = !digits.empty() && (digits.back() & 0x80) != 0;
  std::uint64_t value = negative ? ~std::uint64_t{0} : 0;
  for (std::size_t i = digits.size(); i-- > 0;)
    value = (value << 8) | static_cast<unsigned char>(digits[i]);
  work.push({static_cast<std::int64_t>(value)});
}

/// Adds key, value, key, value ... to the dictionary on top; what is no dictionary stays as it is.
void set_items(Workspace& work, const std::vector<Value*>& flat) {
  if (flat.size() % 2 != 0) work.program().refuse("a key without a value");
  auto* dictionary = work.top().as<Dictionary>();
  if (dictionary == nullptr) return;
  for (std::size_t i = 0; i < flat.size(); i += 2)
    dictionary->entries.emplace_back(flat[i], flat[i + 1]);
}

/// Adds to the sequence on top; what is no sequence stays as it is.
void append_items(Workspace& work, const std::vector<Value*>& items) {
  auto* sequence = work.top().as<Sequence>();
  if (sequence != nullptr)
    sequence->items.insert(sequence->items.end(), items.begin(), items.end());
}

void push_marked_dictionary(Workspace& work) {
  const std::vector<Value*> flat = work.pop_marked();
  work.push({Dictionary{}});
  set_items(work, flat);
}

/// callable, arguments: what REDUCE and NEWOBJ stand for is the same here.
void reduce(Workspace& work) {
  const std::vector<Value*> call = work.pop_last(2);
  const Sequence* arguments = call[1]->as<Sequence>();
  if (arguments == nullptr) work.program().refuse("a call without arguments");
  work.call(*call[0], arguments->items);
}

void reduce_with_keywords(Workspace& work) {
  (void)work.pop();
  reduce(work);
}

void push_global(Workspace& work) {
  const std::string_view module = work.program().line();
  work.push({Global{module, work.program().line()}});
}

void push_stack_global(Workspace& work) {
  const std::vector<Value*> names = work.pop_last(2);
  const Text* module = names[0]->as<Text>();
  const Text* name = names[1]->as<Text>();
  if (module == nullptr || name == nullptr) work.program().refuse("a class without a name");
  work.push({Global{module->characters, name->characters}});
}

void instantiate(Workspace& work) {
  push_global(work);
  const Value* callable = work.pop();
  work.call(*callable, work.pop_marked());
}

void instantiate_marked(Workspace& work) {
  const std::vector<Value*> items = work.pop_marked();
  if (items.empty()) work.program().refuse("a call of nothing");
  work.call(*items.front(), std::span(items).subspan(1));
}

struct Instruction {
  std::uint8_t code;
  void (*run)(Workspace&);
};

/// Python's pickletools, by purpose. Where only the kind of a container differs there is one here.
constexpr std::array kInstructions = {
    // values
    Instruction{'N', [](Workspace& work) { work.push({None{}}); }},
    Instruction{0x88, [](Workspace& work) { work.push({true}); }},
    Instruction{0x89, [](Workspace& work) { work.push({false}); }},
    Instruction{'K', push_integer<std::uint8_t>},
    Instruction{'M', push_integer<std::uint16_t>},
    Instruction{'J', push_integer<std::int32_t>},
    Instruction{0x8a, push_long<std::uint8_t>},
    Instruction{0x8b, push_long<std::uint32_t>},
    Instruction{'I', [](Workspace& work) { work.push({written<std::int64_t>(work)}); }},
    Instruction{'L', [](Workspace& work) { work.push({written<std::int64_t>(work)}); }},
    Instruction{'G', [](Workspace& work) { work.push({work.program().big_endian_double()}); }},
    Instruction{'F', [](Workspace& work) { work.push({written<double>(work)}); }},
    Instruction{0x8c, [](Workspace& work) { work.push({Text{counted<std::uint8_t>(work)}}); }},
    Instruction{'X', [](Workspace& work) { work.push({Text{counted<std::uint32_t>(work)}}); }},
    Instruction{0x8d, [](Workspace& work) { work.push({Text{counted<std::uint64_t>(work)}}); }},
    Instruction{'U', [](Workspace& work) { work.push({Text{counted<std::uint8_t>(work)}}); }},
    Instruction{'T', [](Workspace& work) { work.push({Text{counted<std::uint32_t>(work)}}); }},
    Instruction{'V', [](Workspace& work) { work.push({Text{work.program().line()}}); }},
    Instruction{'S', [](Workspace& work) { work.push({Bytes{work.program().line()}}); }},
    Instruction{'C', [](Workspace& work) { work.push({Bytes{counted<std::uint8_t>(work)}}); }},
    Instruction{'B', [](Workspace& work) { work.push({Bytes{counted<std::uint32_t>(work)}}); }},
    Instruction{0x8e, [](Workspace& work) { work.push({Bytes{counted<std::uint64_t>(work)}}); }},
    Instruction{0x96, [](Workspace& work) { work.push({Bytes{counted<std::uint64_t>(work)}}); }},
    // containers
    Instruction{']', [](Workspace& work) { work.push({Sequence{}}); }},
    Instruction{')', [](Workspace& work) { work.push({Sequence{}}); }},
    Instruction{0x8f, [](Workspace& work) { work.push({Sequence{}}); }},
    Instruction{'}', [](Workspace& work) { work.push({Dictionary{}}); }},
    Instruction{'l', [](Workspace& work) { work.push({Sequence{work.pop_marked()}}); }},
    Instruction{'t', [](Workspace& work) { work.push({Sequence{work.pop_marked()}}); }},
    Instruction{0x91, [](Workspace& work) { work.push({Sequence{work.pop_marked()}}); }},
    Instruction{'d', push_marked_dictionary},
    Instruction{0x85, [](Workspace& work) { work.push({Sequence{work.pop_last(1)}}); }},
    Instruction{0x86, [](Workspace& work) { work.push({Sequence{work.pop_last(2)}}); }},
    Instruction{0x87, [](Workspace& work) { work.push({Sequence{work.pop_last(3)}}); }},
    Instruction{'a', [](Workspace& work) { append_items(work, work.pop_last(1)); }},
    Instruction{'e', [](Workspace& work) { append_items(work, work.pop_marked()); }},
    Instruction{0x90, [](Workspace& work) { append_items(work, work.pop_marked()); }},
    Instruction{'s', [](Workspace& work) { set_items(work, work.pop_last(2)); }},
    Instruction{'u', [](Workspace& work) { set_items(work, work.pop_marked()); }},
    // the stack and the memo
    Instruction{'(', [](Workspace& work) { work.mark(); }},
    Instruction{'0', [](Workspace& work) { (void)work.pop(); }},
    Instruction{'1', [](Workspace& work) { (void)work.pop_marked(); }},
    Instruction{'2', [](Workspace& work) { work.push(&work.top()); }},
    Instruction{'q', [](Workspace& work) { work.store(work.program().number<std::uint8_t>()); }},
    Instruction{'r', [](Workspace& work) { work.store(work.program().number<std::uint32_t>()); }},
    Instruction{'p', [](Workspace& work) { work.store(written<std::uint64_t>(work)); }},
    Instruction{0x94, [](Workspace& work) { work.store_next(); }},
    Instruction{'h', [](Workspace& work) { work.recall(work.program().number<std::uint8_t>()); }},
    Instruction{'j', [](Workspace& work) { work.recall(work.program().number<std::uint32_t>()); }},
    Instruction{'g', [](Workspace& work) { work.recall(written<std::uint64_t>(work)); }},
    // classes and objects; the state that BUILD would set is ignored
    Instruction{'c', push_global},
    Instruction{0x93, push_stack_global},
    Instruction{'R', reduce},
    Instruction{0x81, reduce},
    Instruction{0x92, reduce_with_keywords},
    Instruction{'i', instantiate},
    Instruction{'o', instantiate_marked},
    Instruction{'b', [](Workspace& work) { (void)work.pop_last(1); }},
    Instruction{'Q', [](Workspace& work) { work.push(storage_of(*work.pop(), work.program())); }},
    // framing
    Instruction{0x80, [](Workspace& work) { (void)work.program().bytes(1); }},
    Instruction{0x95, [](Workspace& work) { (void)work.program().bytes(8); }},
};

constexpr std::uint8_t kStop = '.';

constexpr auto kByCode = [] {
  std::array<void (*)(Workspace&), 256> table{};
  for (const Instruction& instruction : kInstructions) table[instruction.code] = instruction.run;
  return table;
}();

}  // namespace

Pickle run_pickle(std::string_view program, const std::string& where) {
  Workspace work(program, where);
  for (std::uint8_t code = work.program().opcode(); code != kStop; code = work.program().opcode()) {
    if (kByCode[code] == nullptr) work.program().refuse(fmt::format("an unknown code {}", code));
    kByCode[code](work);
  }
  return work.finish();
}

}  // namespace rocm::data::pickled
