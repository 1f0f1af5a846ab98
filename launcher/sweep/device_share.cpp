// SPDX-License-Identifier: Apache-2.0
#include "launcher/sweep/device_share.hpp"

#include <algorithm>
#include <cstdlib>
#include <sstream>

#include <ATen/detail/CUDAHooksInterface.h>
#include <fmt/ranges.h>

namespace rocm::launcher {
namespace {

std::vector<std::string> words_of(const std::string& list) {
  std::vector<std::string> words;
  std::istringstream text(list);
  for (std::string word; std::getline(text, word, ',');) words.push_back(word);
  return words;
}

}  // namespace

std::vector<std::string> visible_devices() {
  if (const char* named = std::getenv("CUDA_VISIBLE_DEVICES")) return words_of(named);
  std::vector<std::string> devices;
  for (int device = 0; device < at::detail::getCUDAHooks().getNumGPUs(); ++device)
    devices.push_back(std::to_string(device));
  return devices;
}

std::string devices_of_job(std::span<const std::string> devices, std::size_t job,
                           std::size_t ranks) {
  if (devices.size() < 2) return {};
  std::vector<std::string> share;
  for (std::size_t i = 0; i < std::min(ranks, devices.size()); ++i)
    share.push_back(devices[(job * ranks + i) % devices.size()]);
  return fmt::to_string(fmt::join(share, ","));
}

}  // namespace rocm::launcher
