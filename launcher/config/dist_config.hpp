// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "dist/base/field.hpp"
#include "launcher/config/choice.hpp"

namespace rocm::launcher {

enum class Backend : std::uint8_t { kAuto, kNccl, kMpi };
template <>
inline constexpr auto kChoices<Backend> = std::to_array<Choice<Backend>>({{Backend::kAuto, "auto"},
                                                                          {Backend::kNccl, "nccl"},
                                                                          {Backend::kMpi, "mpi"}});

enum class GradientReduction : std::uint8_t { kReproducible, kFast };
template <>
inline constexpr auto kChoices<GradientReduction> = std::to_array<Choice<GradientReduction>>(
    {{GradientReduction::kReproducible, "reproducible"}, {GradientReduction::kFast, "fast"}});

enum class WeightSource : std::uint8_t { kRead, kBroadcast };
template <>
inline constexpr auto kChoices<WeightSource> = std::to_array<Choice<WeightSource>>(
    {{WeightSource::kRead, "read"}, {WeightSource::kBroadcast, "broadcast"}});

/// [dist]
struct DistConfig {
  Backend backend = Backend::kAuto;
  GradientReduction reduction = GradientReduction::kReproducible;
  WeightSource weights = WeightSource::kRead;
  double timeout_s = 120.0;
  std::int64_t check_every = 50;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor&& visit) {
    visit(self.backend,
          Field{.name = "backend", .meaning = "what sums gradients; auto: NCCL between GPUs"});
    visit(self.reduction, Field{.name = "reduction",
                                .meaning = "reproducible: the same bits on any number of ranks; "
                                           "fast: a floating-point sum"});
    visit(self.weights,
          Field{.name = "weights",
                .meaning = "how hosts get models, scores, prompts: read: each reads the files; "
                           "broadcast: rank 0 reads and sends them"});
    visit(self.timeout_s, Field{.name = "timeout_s",
                                .meaning = "a collective that takes longer ends the job; 0 = wait "
                                           "for ever [s]",
                                .at_least = 0.0,
                                .at_most = 1e9});
    visit(self.check_every, Field{.name = "check_every",
                                  .meaning = "ranks compare their parameters; 0 = never [steps]",
                                  .at_least = 0});
  }
};

}  // namespace rocm::launcher
