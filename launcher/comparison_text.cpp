// SPDX-License-Identifier: Apache-2.0
#include "launcher/comparison_text.hpp"

#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "launcher/text_table.hpp"

namespace rocm::launcher {
namespace {

struct EstimateOfPolicy {
  double value = 0.0;
  double low = 0.0;
  double high = 0.0;
};

EstimateOfPolicy mean_of_policy(const data::ComparedMeasure& measure, std::int64_t policy) {
  return {.value = measure.mean_L.value[policy].item<double>(),
          .low = measure.mean_L.low[policy].item<double>(),
          .high = measure.mean_L.high[policy].item<double>()};
}

EstimateOfPolicy gain_of_policy(const data::ComparedMeasure& measure, std::int64_t policy) {
  constexpr std::int64_t kBase = 0;
  return {.value = measure.difference_LL.value[policy][kBase].item<double>(),
          .low = measure.difference_LL.low[policy][kBase].item<double>(),
          .high = measure.difference_LL.high[policy][kBase].item<double>()};
}

std::string number_text(double value) {
  return fmt::format("{:.5g}", value);
}

std::string signed_text(double value) {
  return fmt::format("{:+.4g}", value);
}

std::string interval_text(const EstimateOfPolicy& estimate, std::string (*text)(double)) {
  if (std::isnan(estimate.low)) return "-";
  return fmt::format("[{}, {}]", text(estimate.low), text(estimate.high));
}

std::vector<TableRow> rows_of(const data::ComparisonRecord& record) {
  std::vector<TableRow> rows{{"measure", "policy", "mean", "95 % interval"}};
  if (record.policies.size() > 1) rows[0].insert(rows[0].end(), {"minus base", "95 % interval"});
  for (const data::ComparedMeasure& measure : record.measures)
    for (std::size_t l = 0; l < record.policies.size(); ++l) {
      const auto policy = static_cast<std::int64_t>(l);
      const auto mean = mean_of_policy(measure, policy);
      rows.push_back({measure.name, record.policies[l].name, number_text(mean.value),
                      interval_text(mean, number_text)});
      if (l == 0) continue;
      const auto gain = gain_of_policy(measure, policy);
      rows.back().push_back(signed_text(gain.value));
      rows.back().push_back(interval_text(gain, signed_text));
    }
  return rows;
}

}  // namespace

std::string comparison_table(const data::ComparisonRecord& record) {
  const std::size_t prompts = record.prompts.size();
  return fmt::format(
             "{} prompts x {} seeds, the same noise for every policy; intervals are over "
             "prompts\n\n",
             prompts, record.seeds) +
         aligned_table(rows_of(record));
}

std::string comparison_lines(const data::ComparisonRecord& record) {
  std::string lines;
  for (const data::ComparedMeasure& measure : record.measures)
    for (std::size_t l = 0; l < record.policies.size(); ++l) {
      const auto mean = mean_of_policy(measure, static_cast<std::int64_t>(l));
      const auto gain = gain_of_policy(measure, static_cast<std::int64_t>(l));
      const nlohmann::ordered_json line{{"policy", record.policies[l].name},
                                        {"training_step", record.policies[l].step},
                                        {"measure", measure.name},
                                        {"mean", mean.value},
                                        {"low", mean.low},
                                        {"high", mean.high},
                                        {"difference", gain.value},
                                        {"difference_low", gain.low},
                                        {"difference_high", gain.high}};
      lines += line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
    }
  return lines;
}

}  // namespace rocm::launcher
