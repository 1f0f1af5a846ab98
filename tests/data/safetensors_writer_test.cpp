// SPDX-License-Identifier: Apache-2.0
#include "data/safetensors_writer.hpp"

#include <cstring>
#include <filesystem>

#include <ATen/ops/arange.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include "data/safetensors.hpp"
#include "dist/base/contract.hpp"
#include "tests/support/failure_of.hpp"
#include "tests/support/scratch_folder.hpp"
#include "tests/support/source_paths.hpp"

namespace rocm::data {
namespace {

using rocm::test::content_of;
using rocm::test::ScratchFolder;

const std::filesystem::path kReference =
    test::golden_folder() / "safetensors_reference.safetensors";

TEST(SafetensorsWriter, WritesTheBytesOfTheReferenceLibrary) {
  const ScratchFolder folder;
  write_safetensors(folder / "ours.safetensors", SafetensorsFile::open(kReference).all());
  EXPECT_EQ(content_of(folder / "ours.safetensors"), content_of(kReference));
}

TEST(SafetensorsWriter, StoresStridedAndSharedTensorsByValue) {
  const ScratchFolder folder;
  const at::Tensor matrix = at::arange(6, at::kFloat).view({2, 3});
  write_safetensors(folder / "f", {{"a", matrix.t()}, {"b", matrix}, {"c", matrix.select(1, 1)}});
  const auto file = SafetensorsFile::open(folder / "f");
  EXPECT_TRUE(file.tensor("a").equal(matrix.t()));
  EXPECT_TRUE(file.tensor("b").equal(matrix));
  EXPECT_TRUE(file.tensor("c").equal(matrix.select(1, 1)));
}

TEST(SafetensorsWriter, RoundTripsEveryBitIncludingNanPayloads) {
  const ScratchFolder folder;
  at::Tensor bits = at::zeros({3}, at::kInt);
  bits[0] = 0x7fc12345;
  bits[1] = static_cast<std::int32_t>(0x80000000U);
  bits[2] = 1;
  write_safetensors(folder / "f", {{"x", bits.view(at::kFloat)}});
  EXPECT_TRUE(SafetensorsFile::open(folder / "f").tensor("x").view(at::kInt).equal(bits));
}

TEST(SafetensorsWriter, AlignsTheData) {
  const ScratchFolder folder;
  for (const char* name : {"a", "ab", "abc", "abcd", "abcde"}) {
    write_safetensors(folder / "f", {{name, at::zeros({1}, at::kDouble)}}, {});
    std::uint64_t length_B = 0;
    std::memcpy(&length_B, content_of(folder / "f").data(), sizeof(length_B));
    EXPECT_EQ(length_B % 8, 0U) << name;
  }
}

TEST(SafetensorsWriter, OfNothingWritesAFileThatReadsAsNothing) {
  const ScratchFolder folder;
  write_safetensors(folder / "f", {}, {});
  EXPECT_TRUE(SafetensorsFile::open(folder / "f").tensors().empty());
}

TEST(SafetensorsWriter, RefusesTypesThatTheFormatLacks) {
  const ScratchFolder folder;
  EXPECT_THROW(write_safetensors(folder / "f", {{"x", at::zeros({1}, at::kComplexDouble)}}),
               ContractViolation);
  EXPECT_FALSE(std::filesystem::exists(folder / "f"));
}

}  // namespace
}  // namespace rocm::data
