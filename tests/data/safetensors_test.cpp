// SPDX-License-Identifier: Apache-2.0
#include "data/safetensors.hpp"

#include <filesystem>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "dist/base/contract.hpp"
#include "tests/data/safetensors_bytes.hpp"
#include "tests/support/failure_of.hpp"
#include "tests/support/scratch_folder.hpp"
#include "tests/support/source_paths.hpp"

namespace rocm::data {
namespace {

using rocm::test::failure_of;
using rocm::test::safetensors_bytes;
using rocm::test::ScratchFolder;

const std::filesystem::path kReference =
    test::golden_folder() / "safetensors_reference.safetensors";

std::vector<double> values(const at::Tensor& tensor) {
  const at::Tensor flat = tensor.to(at::kDouble).flatten();
  std::vector<double> numbers;
  for (std::int64_t i = 0; i < flat.numel(); ++i) numbers.push_back(flat[i].item<double>());
  return numbers;
}

TEST(SafetensorsFile, ReadsEveryTypeThatTheReferenceLibraryWrites) {
  const auto file = SafetensorsFile::open(kReference);
  EXPECT_EQ(file.metadata(), (std::map<std::string, std::string>{{"format", "pt"}}));
  EXPECT_EQ(values(file.tensor("b.weight")), (std::vector<double>{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(file.tensor("b.weight").sizes(), (at::IntArrayRef{2, 3}));
  EXPECT_EQ(values(file.tensor("half")), (std::vector<double>{0, 1, 2, 3, 4}));
  EXPECT_EQ(file.tensor("half").scalar_type(), at::kHalf);
  EXPECT_EQ(values(file.tensor("brain")), (std::vector<double>{0, 1, 2}));
  EXPECT_EQ(file.tensor("brain").scalar_type(), at::kBFloat16);
  EXPECT_EQ(values(file.tensor("bool")), (std::vector<double>{0, 1, 0}));
  EXPECT_EQ(values(file.tensor("i8")), (std::vector<double>{0, -1}));
  EXPECT_EQ(values(file.tensor("u8")), (std::vector<double>{0, 255}));
  EXPECT_EQ(values(file.tensor("i16")), (std::vector<double>{-2}));
  EXPECT_EQ(values(file.tensor("i32")), (std::vector<double>{-3}));
  EXPECT_EQ(values(file.tensor("i64")), (std::vector<double>{-4}));
  EXPECT_EQ(values(file.tensor("scalar")), (std::vector<double>{7}));
  EXPECT_EQ(file.tensor("scalar").dim(), 0);
  EXPECT_EQ(file.tensor("empty").sizes(), (at::IntArrayRef{0, 4}));
  EXPECT_EQ(values(file.tensor("\xe7\x8c\xab/\xc3\xa9\x7f")), (std::vector<double>{2}));
  EXPECT_EQ(file.all().size(), 15U);
}

TEST(SafetensorsFile, TensorsViewTheFileWithoutCopying) {
  const auto file = SafetensorsFile::open(kReference);
  EXPECT_EQ(file.tensor("i64").data_ptr(), file.tensor("i64").data_ptr());
  EXPECT_FALSE(file.tensor("i64").storage().resizable()) << "the bytes belong to the mapping";
}

TEST(SafetensorsFile, TensorsOutliveTheFileObjectAndTheFile) {
  const ScratchFolder folder;
  std::filesystem::copy(kReference, folder / "copy.safetensors");
  std::optional file = SafetensorsFile::open(folder / "copy.safetensors");
  const at::Tensor tensor = file->tensor("a.weight");
  file.reset();
  std::filesystem::remove(folder / "copy.safetensors");
  EXPECT_EQ(values(tensor), (std::vector<double>{0, 1, 2}));
}

TEST(SafetensorsFile, CopiesATensorThatTheFileDoesNotAlign) {
  const ScratchFolder folder;
  // 8 + 55 bytes come before the data: odd, and fine by the format.
  const std::string header = R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}} )";
  ASSERT_EQ(header.size() % 2, 1U);
  const auto path = folder.write(
      "odd.safetensors", safetensors_bytes(header, std::string("\0\0\x80?", 4), header.size()));
  const at::Tensor tensor = SafetensorsFile::open(path).tensor("a");
  EXPECT_EQ(values(tensor), (std::vector<double>{1}));
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(tensor.data_ptr()) % alignof(float), 0U);
}

TEST(SafetensorsFile, RefusesTypesThatCannotBeComputedWithButDescribesThem) {
  const ScratchFolder folder;
  const auto file = SafetensorsFile::open(folder.write(
      "f8.safetensors",
      safetensors_bytes(R"({"a":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}})", 1)));
  EXPECT_EQ(file.tensors()[0].dtype->name, "F8_E4M3");
  const auto message = failure_of(ExitCode::kInput, [&] { (void)file.tensor("a"); });
  EXPECT_NE(message.find("tensor \"a\" is F8_E4M3"), std::string::npos) << message;
}

TEST(SafetensorsFile, RefusesTruthValuesOtherThanZeroAndOne) {
  const ScratchFolder folder;
  const std::string header = R"({"a":{"dtype":"BOOL","shape":[2],"data_offsets":[0,2]}})";
  const auto file = SafetensorsFile::open(folder.write(
      "bool.safetensors", safetensors_bytes(header, std::string("\x01\x02"), header.size())));
  const auto message = failure_of(ExitCode::kInput, [&] { (void)file.tensor("a"); });
  EXPECT_NE(message.find("holds other bytes"), std::string::npos) << message;
}

TEST(SafetensorsFile, NamesTheFileAndTheTensorThatIsNotThere) {
  const auto file = SafetensorsFile::open(kReference);
  EXPECT_FALSE(file.contains("c\x1b"));
  const auto message = failure_of(ExitCode::kInput, [&] { (void)file.tensor("c\x1b"); });
  EXPECT_NE(message.find("safetensors_reference.safetensors: there is no tensor \"c\\x1b\""),
            std::string::npos)
      << message;
}

}  // namespace
}  // namespace rocm::data
