// SPDX-License-Identifier: Apache-2.0
#include "launcher/comparison_text.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

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

using Row = std::vector<std::string>;

std::vector<Row> rows_of(const data::ComparisonRecord& record) {
  std::vector<Row> rows{{"measure", "policy", "mean", "95 % interval"}};
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

/// Columns as wide as their longest entry, two spaces apart.
std::string aligned(const std::vector<Row>& rows) {
  std::vector<std::size_t> widths(rows.front().size(), 0);  // the header has every column
  for (const Row& row : rows)
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], row[c].size());
  std::string text;
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t c = 0; c < row.size(); ++c)
      line += fmt::format("{:<{}}", row[c], c + 1 < row.size() ? widths[c] + 2 : 0);
    text += line + "\n";
  }
  return text;
}

}  // namespace

std::string comparison_table(const data::ComparisonRecord& record) {
  const std::size_t prompts = record.prompts.size();
  return fmt::format(
             "{} prompts x {} seeds, the same noise for every policy; intervals are over "
             "prompts\n\n",
             prompts, record.seeds) +
         aligned(rows_of(record));
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
