// SPDX-License-Identifier: Apache-2.0
#include "data/torch_file.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "data/key_aliases.hpp"
#include "data/mapped_file.hpp"
#include "data/pickled/machine.hpp"
#include "data/pickled/zip_archive.hpp"
#include "data/printable.hpp"
#include "data/tensor_view.hpp"
#include "dist/base/contract.hpp"

namespace rocm::data {
namespace {

namespace fs = std::filesystem;
using pickled::Dictionary;
using pickled::Pickle;
using pickled::Tensor;
using pickled::Text;
using pickled::Value;

using Records = std::map<std::string_view, std::string_view>;

constexpr std::string_view kZipMagic = "PK\x03\x04";
/// The number that begins torch's format before 1.6, as a pickle.
constexpr std::string_view kLegacyMagic =
    "\x80\x02\x8a\x0al\xfc\x9c"
    "F\xf9 j\xa8P\x19";

[[noreturn]] void refuse_file(const fs::path& path, const std::string& problem,
                              const std::string& because, const std::string& advice) {
  fail(ExitCode::kInput,
       {.where = printable_path(path), .problem = problem, .because = because, .advice = advice});
}

[[noreturn]] void refuse_broken(const fs::path& path, const std::string& problem) {
  refuse_file(path, problem, "torch.save does not write such a file",
              "fetch or write the file again");
}

void check_format(std::string_view bytes, const fs::path& path) {
  if (bytes.starts_with(kZipMagic)) return;
  if (bytes.starts_with(kLegacyMagic)) {
    refuse_file(path, "written by torch before 1.6", "only its present format is read here",
                "in Python: torch.save(torch.load(path, weights_only=True), path)");
  }
  if (bytes.starts_with("version https://git-lfs")) {
    refuse_file(path, "only a pointer of git-lfs", "the weights themselves were not fetched",
                "run git lfs pull");
  }
  refuse_file(path, "no file of torch.save", "it is no zip archive",
              "fetch or write the file again");
}

/// An archive of torch.save: every record lies below one folder.
struct ArchiveContents {
  Records records;
  std::string folder;  ///< "archive/"

  [[nodiscard]] const std::string_view* find(const std::string& name) const {
    const auto found = records.find(folder + name);
    return found == records.end() ? nullptr : &found->second;
  }
};

ArchiveContents contents_of(std::string_view bytes, const fs::path& path) {
  ArchiveContents contents{.records = pickled::records_of_zip(bytes, printable_path(path))};
  constexpr std::string_view kProgram = "/data.pkl";
  for (const auto& [name, record] : contents.records) {
    if (!name.ends_with(kProgram) || name.find('/') != name.size() - kProgram.size()) continue;
    if (!contents.folder.empty()) refuse_broken(path, "it holds two pickles");
    contents.folder = std::string(name.substr(0, name.size() - kProgram.size() + 1));
  }
  if (contents.folder.empty()) refuse_broken(path, "it holds no data.pkl");
  if (contents.find("constants.pkl") != nullptr) {
    refuse_file(path, "a TorchScript archive", "it holds a program, not only weights",
                "use the .safetensors of the same model");
  }
  const std::string_view* order = contents.find("byteorder");
  if (order != nullptr && *order != "little")
    refuse_file(path, "written on a big-endian machine", "its numbers would have to be turned",
                "save it again on another machine");
  return contents;
}

bool holds_tensors(const Value& value) {
  const auto* dictionary = value.as<Dictionary>();
  return dictionary != nullptr && std::ranges::any_of(dictionary->entries, [](const auto& entry) {
           return entry.second->template as<Tensor>() != nullptr;
         });
}

/// The dictionary of tensors, and the name of the entry that it is.
std::pair<const Dictionary*, std::string> section_of(const Value& root, const fs::path& path) {
  const auto* top = root.as<Dictionary>();
  if (top == nullptr) {
    const auto* opaque = root.as<pickled::Opaque>();
    refuse_file(path,
                opaque == nullptr ? "no dictionary of tensors"
                                  : fmt::format("an object of {}", printable(opaque->type.str())),
                "weights are a dictionary of tensors by name",
                "in Python: torch.save(model.state_dict(), path)");
  }
  for (const char* name : {"state_dict", "model"}) {
    const Value* entry = top->find(name);
    if (entry != nullptr && holds_tensors(*entry)) return {entry->as<Dictionary>(), name};
  }
  if (!holds_tensors(root)) {
    refuse_file(path, "no tensors by name",
                "neither its top nor \"state_dict\" or \"model\" holds any",
                "in Python: torch.save(model.state_dict(), path)");
  }
  return {top, ""};
}

/// How many elements lie between the first and the last of a tensor, both included.
std::int64_t extent_of(const Tensor& tensor) {
  // Of an empty tensor the unpickler has not checked that the products fit.
  if (std::ranges::find(tensor.sizes, 0) != tensor.sizes.end()) return 0;
  std::int64_t extent = 1;
  for (std::size_t i = 0; i < tensor.sizes.size(); ++i)
    extent += (tensor.sizes[i] - 1) * tensor.strides[i];
  return extent;
}

class Reader {
 public:
  Reader(const ArchiveContents& contents, std::shared_ptr<const MappedFile> file,
         const fs::path& path)
      : contents_(contents), file_(std::move(file)), path_(path) {}

  /// Contiguous; a view of the file where it is so there.
  at::Tensor tensor(const std::string& name, const Tensor& tensor) {
    const at::ScalarType dtype = *tensor.storage.dtype;
    const auto bytes = bytes_of(name, tensor);
    if (dtype == at::kBool && !are_truth_values(bytes))
      refuse_broken(path_, fmt::format("tensor \"{}\" of bool holds other bytes", printable(name)));
    const std::int64_t extent = extent_of(tensor);
    const at::Tensor strided =
        tensor_over(bytes, {extent}, dtype, file_).as_strided(tensor.sizes, tensor.strides, 0);
    if (!strided.is_contiguous() || strided.data_ptr() != bytes.data()) charge(bytes.size());
    return strided.contiguous();
  }

 private:
  /// The bytes between the first and the last element.
  std::span<const std::byte> bytes_of(const std::string& name, const Tensor& tensor) const {
    const std::string_view* record = contents_.find(fmt::format("data/{}", tensor.storage.key));
    const auto elements = static_cast<std::uint64_t>(tensor.storage.elements);
    const std::uint64_t width_B = elementSize(*tensor.storage.dtype);
    if (record == nullptr || elements > record->size() / width_B) {
      refuse_broken(path_,
                    fmt::format("the elements of tensor \"{}\" are missing", printable(name)));
    }
    const auto extent = static_cast<std::uint64_t>(extent_of(tensor));
    const std::uint64_t begin = extent == 0 ? 0 : static_cast<std::uint64_t>(tensor.offset);
    return std::as_bytes(std::span(record->data() + begin * width_B, extent * width_B));
  }

  /// Many tensors may view the same bytes, but copies of them must not outgrow the file.
  void charge(std::size_t bytes) {
    copied_B_ += bytes;
    if (copied_B_ > file_->bytes().size())
      refuse_broken(path_, "its tensors are larger than the file");
  }

  const ArchiveContents& contents_;
  std::shared_ptr<const MappedFile> file_;
  const fs::path& path_;
  std::size_t copied_B_ = 0;
};

std::string_view characters_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

TorchFile read_torch_file(const fs::path& path) {
  const auto file = MappedFile::open(path);
  const std::string_view bytes = characters_of(file->bytes());
  check_format(bytes, path);
  const ArchiveContents contents = contents_of(bytes, path);
  const Pickle pickle = pickled::run_pickle(*contents.find("data.pkl"), printable_path(path));
  const auto [section, section_name] = section_of(*pickle.root, path);
  TorchFile result{.section = section_name};
  Reader reader(contents, file, path);
  for (const auto& [key, value] : section->entries) {
    const auto* name = key->as<Text>();
    const auto* tensor = value->as<Tensor>();
    if (name == nullptr || tensor == nullptr) continue;
    const std::string text(name->characters);
    result.tensors.insert_or_assign(text, reader.tensor(text, *tensor));
  }
  result.tensors = without_module_prefix(result.tensors);
  for (const auto& [type, count] : pickle.foreign)
    result.ignored[fmt::format("{}.{}", type.first, type.second)] = count;
  return result;
}

}  // namespace rocm::data
