// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "launcher/computation.hpp"
#include "model/rewards/reward.hpp"
#include "model/rewards/tensor_resize.hpp"

namespace rocm::launcher {

/// What a score is made from.
struct ScoreSource {
  std::string name;                 ///< in the configuration and in results
  std::optional<std::string> path;  ///< of its weights, as given
  Computation computation;
  model::TensorResize resize;                 ///< of pictures as tensors
  std::vector<std::filesystem::path>& files;  ///< to be told every file that is read

  /// Throws Failure(kUsage) if there is none; `what` should be there.
  [[nodiscard]] const std::string& required_path(std::string_view what) const;
};

/// Makes one score; a model::Reward if it can be trained on. Throws Failure(kUsage) for what was
/// asked, Failure(kInput) for files.
using MakeScore = std::unique_ptr<model::Score> (*)(const ScoreSource& source);

// One file each. docs/extending.md shows how to write another.

std::unique_ptr<model::Score> make_pickscore(const ScoreSource& source);
std::unique_ptr<model::Score> make_hpsv2(const ScoreSource& source);
std::unique_ptr<model::Score> make_clipscore(const ScoreSource& source);
std::unique_ptr<model::Score> make_aesthetic(const ScoreSource& source);
std::unique_ptr<model::Score> make_blipscore(const ScoreSource& source);
std::unique_ptr<model::Score> make_blip_itm(const ScoreSource& source);
std::unique_ptr<model::Score> make_imagereward(const ScoreSource& source);
std::unique_ptr<model::Score> make_jpeg_compressibility(const ScoreSource& source);
std::unique_ptr<model::Score> make_jpeg_incompressibility(const ScoreSource& source);
std::unique_ptr<model::Score> make_shapes(const ScoreSource& source);

}  // namespace rocm::launcher
