// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dist/base/contract.hpp"
#include "launcher/command_line.hpp"

namespace rocm::launcher {

// One function per verb, one file per function. Results go to standard output, all else to the log.
// A verb of ranks_of() == Ranks::kAll runs inside an MPI session and is called by every rank.

ExitCode execute(const TrainRequest& request);
ExitCode execute(const SampleRequest& request);
ExitCode execute(const ScoreRequest& request);
ExitCode execute(const EvaluateRequest& request);
ExitCode execute(const ProbeRequest& request);
ExitCode execute(const ExportRequest& request);
ExitCode execute(const InspectRequest& request);
ExitCode execute(const SweepRequest& request);
ExitCode execute(const DoctorRequest& request);
ExitCode execute(const VersionRequest& request);
ExitCode execute(const HelpRequest& request);

}  // namespace rocm::launcher
