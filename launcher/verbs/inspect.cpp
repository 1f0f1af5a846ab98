// SPDX-License-Identifier: Apache-2.0
#include "data/inspection.hpp"
#include "launcher/model_verification.hpp"
#include "launcher/standard_output.hpp"
#include "launcher/verbs/verbs.hpp"

namespace rocm::launcher {

ExitCode execute(const InspectRequest& request) {
  const nlohmann::ordered_json inspection = data::inspect(request.path);
  if (inspection["kind"] == "model folder") verify_model(request.path);
  // JSON escapes control characters; its non-ASCII is escaped too, for terminals.
  print_result(request.format == ReportFormat::kJson
                   ? inspection.dump(2, ' ', true, nlohmann::json::error_handler_t::replace) + "\n"
                   : data::describe(inspection));
  return ExitCode::kOk;
}

}  // namespace rocm::launcher
