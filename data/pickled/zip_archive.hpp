// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace rocm::data::pickled {

/// The records of a zip archive of stored (not compressed) files, as torch.save writes it, by name:
/// views of `archive`, which may be hostile. Names are unique, records lie inside and do not
/// overlap, and local and central headers agree. Sizes come from the central directory, since torch
/// leaves those of the local headers zero; checksums are not compared, since newer releases of
/// torch leave them out. zip64 included. Source: PKWARE's APPNOTE.TXT 6.3.
/// Throws Failure(kInput), `where` in front.
[[nodiscard]] std::map<std::string_view, std::string_view> records_of_zip(std::string_view archive,
                                                                          const std::string& where);

}  // namespace rocm::data::pickled
