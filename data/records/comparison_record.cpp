// SPDX-License-Identifier: Apache-2.0
#include "data/records/comparison_record.hpp"

#include <ATen/ops/arange.h>
#include <ATen/ops/tensor.h>
#include <fmt/format.h>

#include "data/atomic_file.hpp"
#include "data/run/folders.hpp"
#include "data/run/scoped_folder.hpp"
#include "data/whole_file.hpp"

namespace rocm::data {
namespace {

constexpr std::int64_t kComparisonSchemaVersion = 1;
constexpr std::size_t kLargestRecord_B = std::size_t{1} << 40;

using Axes = std::vector<std::string>;
using Texts = std::vector<std::string>;

template <class Member>
std::vector<Member> of_policies(const ComparisonRecord& record, Member ComparedPolicy::*member) {
  std::vector<Member> values;
  for (const ComparedPolicy& policy : record.policies) values.push_back(policy.*member);
  return values;
}

/// Creates variables with what people want to know about them, and fills them.
class Variables {
 public:
  explicit Variables(HdfWriter& file) : file_(file) {}

  void add(const std::string& name, const Axes& axes, const Texts& texts,
           const std::string& meaning) {
    create(name, HdfElement::kText, axes, {texts.size()}, meaning);
    file_.write(name, texts);
  }

  void add(const std::string& name, const Axes& axes, const at::Tensor& values,
           const std::string& meaning) {
    const bool whole = values.scalar_type() == at::kLong;
    create(name, whole ? HdfElement::kInt64 : HdfElement::kFloat64, axes,
           {values.sizes().begin(), values.sizes().end()}, meaning);
    file_.write(name, values);
  }

  /// name + `suffix` of the number, and `_low`, `_high` of its interval.
  void add(const std::string& name, const std::string& suffix, const Axes& axes,
           const Estimates& estimates, const std::string& meaning) {
    const std::string ends = suffix == "_mean" ? "" : suffix;
    add(name + suffix, axes, estimates.value, meaning);
    add(name + ends + "_low", axes, estimates.low, meaning + ", lower end of the interval");
    add(name + ends + "_high", axes, estimates.high, meaning + ", upper end of the interval");
  }

 private:
  void create(const std::string& name, HdfElement element, const Axes& axes,
              std::vector<std::uint64_t> shape, const std::string& meaning) {
    file_.create({.name = name, .element = element, .shape = std::move(shape), .axes = axes});
    file_.set_attribute(name, "units", std::string("1"));
    file_.set_attribute(name, "long_name", meaning);
  }

  HdfWriter& file_;
};

at::Tensor sample_ids(const ComparisonRecord& record) {
  const auto num_prompts = static_cast<std::int64_t>(record.prompts.size());
  std::vector<std::int64_t> ids;
  for (std::int64_t prompt = 0; prompt < num_prompts; ++prompt)
    for (std::int64_t seed = 0; seed < record.seeds; ++seed)
      ids.push_back(sample_of(prompt, seed, num_prompts));
  return at::tensor(ids).view({num_prompts, record.seeds});
}

void add_axes(HdfWriter& file, Variables& variables, const ComparisonRecord& record) {
  const Texts names = of_policies(record, &ComparedPolicy::name);
  variables.add("policy", {"policy"}, names, "base model or adapter");
  variables.add("other_policy", {"other_policy"}, names, "what a policy is compared with");
  file.create_axis("prompt", record.prompts.size());
  variables.add("seed", {"seed"}, at::arange(record.seeds), "pictures of a prompt");
  variables.add("prompts", {"prompt"}, record.prompts, "prompt texts");
  variables.add("sample_id", {"prompt", "seed"}, sample_ids(record),
                "number of the noise, as of sample");
}

void add_policies(Variables& variables, const ComparisonRecord& record) {
  variables.add("adapter", {"policy"}, of_policies(record, &ComparedPolicy::adapter),
                "file of the adapter; empty: the base model");
  variables.add("adapter_sha256", {"policy"}, of_policies(record, &ComparedPolicy::sha256),
                "of its files");
  variables.add("training_step", {"policy"}, at::tensor(of_policies(record, &ComparedPolicy::step)),
                "optimiser steps of the adapter; -1: unknown");
}

void add_measure(Variables& variables, const ComparedMeasure& measure) {
  const std::string& name = measure.name;
  variables.add(name, {"policy", "prompt", "seed"}, measure.value_LPS, measure.description);
  variables.add(name, "_mean", {"policy"}, measure.mean_L, "mean " + name + " over prompts");
  variables.add(name, "_difference", {"policy", "other_policy"}, measure.difference_LL,
                "mean " + name + " of policy minus other_policy, paired by prompt");
}

void fill(HdfWriter& file, const ComparisonRecord& record) {
  file.set_attribute("", "Conventions", std::string("CF-1.10"));
  file.set_attribute("", "title", std::string("rocm-dist evaluation"));
  file.set_attribute("", "schema_version", kComparisonSchemaVersion);
  for (const auto& [name, value] : record.attributes) file.set_attribute("", name, value);
  Variables variables(file);
  add_axes(file, variables, record);
  add_policies(variables, record);
  for (const ComparedMeasure& measure : record.measures) add_measure(variables, measure);
  file.close();
}

}  // namespace

void write_comparison_record(const std::filesystem::path& path, const ComparisonRecord& record) {
  require_writable_place(path);
  const ScopedFolder aside(path.parent_path() /
                           fmt::format(".{}.tmp-{}", path.filename().string(), process_tag()));
  const std::filesystem::path draft = aside.path() / "record.h5";
  HdfWriter file(draft);
  fill(file, record);
  write_atomically(path, read_whole_file(draft, kLargestRecord_B));
}

}  // namespace rocm::data
