// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "data/pickled/program_reader.hpp"
#include "data/pickled/value.hpp"

namespace rocm::data::pickled {

/// What calling `callable` with `arguments` stands for: the containers of Python and the tensors of
/// torch, else an Opaque. `program` refuses what is malformed. Source: torch/_utils.py.
[[nodiscard]] Value build(const Global& callable, std::span<Value* const> arguments,
                          const ProgramReader& program);

/// The storage that a persistent id of torch.save names:
/// ("storage", class, key, location, elements). The location is ignored: everything is read into
/// the memory of the processor.
[[nodiscard]] Value storage_of(const Value& persistent_id, const ProgramReader& program);

}  // namespace rocm::data::pickled
