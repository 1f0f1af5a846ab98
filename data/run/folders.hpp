// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace rocm::data {

// std::filesystem with our errors: each throws Failure(kStorage) naming the path and the reason.

/// What lies in a folder, in name order.
[[nodiscard]] std::vector<std::filesystem::path> paths_in(const std::filesystem::path& folder);

void make_folders(const std::filesystem::path& path);
void move_path(const std::filesystem::path& from, const std::filesystem::path& to);
/// The content of one file under another name, durably.
void copy_content(const std::filesystem::path& from, const std::filesystem::path& to);
void remove_tree(const std::filesystem::path& path);

/// Makes the content of a file that others wrote durable.
void sync_file(const std::filesystem::path& path);

/// Host name and process, for names that no other job makes: "node7-4711".
[[nodiscard]] std::string process_tag();

[[nodiscard]] std::string host_name();

}  // namespace rocm::data
