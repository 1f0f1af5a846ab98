// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "dist/base/field.hpp"
#include "launcher/config/choice.hpp"

namespace rocm::launcher {

/// A variable of the trajectory files that may be left out.
enum class RecordField : std::uint8_t {
  kMean,
  kReferenceMean,
  kState,
  kSigma,
  kDivergence,
  kDelta,
  kActiveFraction,
  kReward
};
template <>
inline constexpr auto kChoices<RecordField> =
    std::to_array<Choice<RecordField>>({{RecordField::kMean, "mean"},
                                        {RecordField::kReferenceMean, "reference_mean"},
                                        {RecordField::kState, "state"},
                                        {RecordField::kSigma, "sigma"},
                                        {RecordField::kDivergence, "divergence"},
                                        {RecordField::kDelta, "delta"},
                                        {RecordField::kActiveFraction, "active_fraction"},
                                        {RecordField::kReward, "reward"}});

enum class RecordDtype : std::uint8_t { kFp16, kFp32 };
template <>
inline constexpr auto kChoices<RecordDtype> = std::to_array<Choice<RecordDtype>>(
    {{RecordDtype::kFp16, "fp16"}, {RecordDtype::kFp32, "fp32"}});

/// [records]: the trajectory files.
struct RecordsConfig {
  std::int64_t every = 1;
  std::vector<RecordField> fields = {RecordField::kMean, RecordField::kSigma,
                                     RecordField::kDivergence};
  RecordDtype dtype = RecordDtype::kFp16;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor&& visit) {
    visit(self.every, Field{.name = "every",
                            .meaning = "steps between recorded ones; 0 = never [steps]",
                            .at_least = 0});
    visit(self.fields, Field{.name = "fields", .meaning = "what is recorded of each trajectory"});
    visit(self.dtype, Field{.name = "dtype", .meaning = "of means and states"});
  }
};

}  // namespace rocm::launcher
