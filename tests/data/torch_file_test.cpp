// SPDX-License-Identifier: Apache-2.0
#include "data/torch_file.hpp"

#include <filesystem>
#include <string>
#include <vector>

#include <ATen/ops/equal.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include "data/safetensors.hpp"
#include "dist/base/contract.hpp"
#include "tests/data/pickled/zip_bytes.hpp"
#include "tests/support/failure_of.hpp"
#include "tests/support/scratch_folder.hpp"
#include "tests/support/source_paths.hpp"

namespace rocm::data {
namespace {

using namespace std::literals;
using test::ScratchFolder;
using test::ZipBytes;

const std::filesystem::path kGolden = test::golden_folder();

TEST(TorchFile, ReadsAFlatFileOfTheRealTorchSave) {
  const TorchFile file = read_torch_file(kGolden / "imagereward_tiny.pt");
  const NamedTensors expected =
      SafetensorsFile::open(kGolden / "imagereward_tiny.weights.safetensors").all();
  EXPECT_EQ(file.section, "");
  for (const auto& [name, tensor] : expected) {
    ASSERT_TRUE(file.tensors.contains(name)) << name;
    EXPECT_TRUE(at::equal(file.tensors.at(name), tensor)) << name;
  }
}

TEST(TorchFile, FindsTheTensorsBelowStateDictOrModel) {
  const TorchFile hps = read_torch_file(kGolden / "hps_tiny.pt");
  EXPECT_EQ(hps.section, "state_dict");
  EXPECT_TRUE(hps.tensors.contains("visual.proj"));
  const TorchFile blip = read_torch_file(kGolden / "blip_sf_tiny.pth");
  EXPECT_EQ(blip.section, "model");
  EXPECT_TRUE(blip.tensors.contains("vision_proj.weight"));
}

/// "XN\0\0\0text" of BINUNICODE.
std::string text(const std::string& characters) {
  return "X" + std::string(1, static_cast<char>(characters.size())) + "\0\0\0"s + characters;
}

std::string integer(int value) {
  std::string bytes = "J";
  test::append_number(bytes, value);
  return bytes;
}

std::string tuple(const std::vector<int>& values) {
  std::string bytes = "(";
  for (const int value : values) bytes += integer(value);
  return bytes + "t";
}

struct Rebuilt {
  int elements = 6;  ///< of the storage
  int offset = 0;
  std::vector<int> sizes = {2, 3};
  std::vector<int> strides = {3, 1};
  std::string storage_class = "FloatStorage";
};

/// The program of torch._utils._rebuild_tensor_v2 on the storage "0".
std::string rebuilt(const Rebuilt& tensor) {
  return "ctorch._utils\n_rebuild_tensor_v2\n((" + text("storage") + "ctorch\n" +
         tensor.storage_class + "\n" + text("0") + text("cuda:0") + integer(tensor.elements) +
         "tQ" + integer(tensor.offset) + tuple(tensor.sizes) + tuple(tensor.strides) + "\x89" +
         "ccollections\nOrderedDict\n)RtR";
}

/// Six floats 0 ... 5 and the program that makes {"w": what `value` builds}.
std::string archive_of(const std::string& value, const std::string& name = "w") {
  std::string elements;
  for (int i = 0; i < 6; ++i) test::append_number(elements, static_cast<float>(i));
  return ZipBytes::of({{"archive/data.pkl", "\x80\x02}" + text(name) + value + "s."},
                       {"archive/data/0", elements}})
      .bytes;
}

struct Result {
  TorchFile file;
  std::string refusal;
};

Result read_bytes(const std::string& bytes) {
  const ScratchFolder folder;
  Result result;
  result.refusal = test::failure_of(
      ExitCode::kInput, [&] { result.file = read_torch_file(folder.write("file.pt", bytes)); });
  return result;
}

::testing::AssertionResult refuses(const std::string& bytes, const std::string& words) {
  const std::string refusal = read_bytes(bytes).refusal;
  if (refusal.find(words) != std::string::npos) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << refusal;
}

TEST(TorchFile, ReadsATensorOfACardThatIsNotHere) {
  const Result result = read_bytes(archive_of(rebuilt({})));
  EXPECT_EQ(result.refusal, "no Failure");
  EXPECT_TRUE(at::equal(result.file.tensors.at("w"),
                        at::tensor({0.0F, 1.0F, 2.0F, 3.0F, 4.0F, 5.0F}).view({2, 3})));
}

TEST(TorchFile, MakesATransposedTensorContiguous) {
  const Result result =
      read_bytes(archive_of(rebuilt({.offset = 1, .sizes = {2, 2}, .strides = {1, 2}})));
  const at::Tensor w = result.file.tensors.at("w");
  EXPECT_TRUE(w.is_contiguous());
  EXPECT_TRUE(at::equal(w, at::tensor({1.0F, 3.0F, 2.0F, 4.0F}).view({2, 2})));
}

TEST(TorchFile, ReadsAParameter) {
  const std::string parameter = "ctorch._utils\n_rebuild_parameter\n(" + rebuilt({}) + "\x88)tR";
  EXPECT_EQ(read_bytes(archive_of(parameter)).file.tensors.at("w").numel(), 6);
}

TEST(TorchFile, TakesTheNameOfTheParallelWrapperOff) {
  EXPECT_TRUE(read_bytes(archive_of(rebuilt({}), "module.w")).file.tensors.contains("w"));
}

TEST(TorchFile, GetsPastForeignObjectsToTheTensors) {
  const std::string program = "}(" + text("args") + "cargparse\nNamespace\n)R}" + text("lr") +
                              "K\x01sb" + text("w") + rebuilt({}) + "u.";
  std::string elements(24, '\0');
  const Result result =
      read_bytes(ZipBytes::of({{"a/data.pkl", program}, {"a/data/0", elements}}).bytes);
  EXPECT_EQ(result.refusal, "no Failure");
  EXPECT_EQ(result.file.tensors.size(), 1U);
  EXPECT_EQ(result.file.ignored.at("argparse.Namespace"), 1);
}

TEST(TorchFile, RefusesTensorsThatLeaveTheirStorage) {
  EXPECT_TRUE(refuses(archive_of(rebuilt({.sizes = {3, 3}})), "larger than its storage"));
  EXPECT_TRUE(refuses(archive_of(rebuilt({.offset = 1})), "beyond its storage"));
  EXPECT_TRUE(refuses(archive_of(rebuilt({.offset = -1})), "before its storage"));
  EXPECT_TRUE(refuses(archive_of(rebuilt({.strides = {3}})), "as many strides as sizes"));
  EXPECT_TRUE(refuses(archive_of(rebuilt({.sizes = {-2, 3}})), "no length"));
  EXPECT_TRUE(refuses(archive_of(rebuilt({.sizes = {1 << 30, 1 << 30}, .strides = {0, 0}})),
                      "larger than its storage"));
  EXPECT_TRUE(refuses(archive_of(rebuilt({.sizes = {2, 2}, .strides = {0x7fffffff, 1}})),
                      "beyond its storage"));
  EXPECT_TRUE(
      refuses(archive_of(rebuilt({.elements = 7})), "elements of tensor \"w\" are missing"));
  EXPECT_TRUE(refuses(archive_of(rebuilt({.storage_class = "UntypedStorage"})), "element type"));
  EXPECT_TRUE(refuses(archive_of(rebuilt({.storage_class = "QInt8Storage"})), "QInt8Storage"));
}

TEST(TorchFile, TakesAnEmptyTensorWhateverItsStrides) {
  constexpr int kMost = 0x7fffffff;
  const Result result =
      read_bytes(archive_of(rebuilt({.sizes = {kMost, kMost, 0}, .strides = {kMost, kMost, 1}})));
  EXPECT_EQ(result.refusal, "no Failure");
  EXPECT_EQ(result.file.tensors.at("w").numel(), 0);
}

TEST(TorchFile, RefusesAnEmptyTensorThatLibTorchCannotCount) {
  constexpr int kMany = 1 << 30;
  EXPECT_TRUE(
      refuses(archive_of(rebuilt({.sizes = {kMany, kMany, kMany, 0}, .strides = {1, 1, 1, 1}})),
              "larger than its storage"));
}

TEST(TorchFile, RefusesBytesThatAreNoTruthValues) {
  EXPECT_TRUE(refuses(
      archive_of(
          rebuilt({.elements = 24, .sizes = {24}, .strides = {1}, .storage_class = "BoolStorage"})),
      "of bool holds other bytes"));
}

TEST(TorchFile, RefusesWhatHoldsNoTensors) {
  EXPECT_TRUE(refuses(archive_of("K\x01"), "no tensors by name"));
  EXPECT_TRUE(refuses(ZipBytes::of({{"a/data.pkl", "K\x01."}}).bytes, "no dictionary of tensors"));
  EXPECT_TRUE(refuses(ZipBytes::of({{"a/data.pkl", "cmodels\nNet\n)R."}}).bytes, "models.Net"));
}

TEST(TorchFile, RefusesOtherFormatsWithTheWayOut) {
  EXPECT_TRUE(
      refuses("\x80\x02\x8a\x0al\xfc\x9c"
              "F\xf9 j\xa8P\x19.",
              "torch.save(torch.load"));
  EXPECT_TRUE(refuses("version https://git-lfs.github.com/spec/v1\n", "git lfs pull"));
  EXPECT_TRUE(refuses("<html>", "no file of torch.save"));
  EXPECT_TRUE(refuses("", "no file of torch.save"));
  EXPECT_TRUE(
      refuses(ZipBytes::of({{"a/data.pkl", "."}, {"a/constants.pkl", "."}}).bytes, "TorchScript"));
  EXPECT_TRUE(refuses(ZipBytes::of({{"a/code/__torch__.py", "."}}).bytes, "TorchScript"));
  EXPECT_TRUE(
      refuses(ZipBytes::of({{"a/data.pkl", "."}, {"a/byteorder", "big"}}).bytes, "big-endian"));
  EXPECT_TRUE(refuses(ZipBytes::of({{"a/x", "."}}).bytes, "no data.pkl"));
  EXPECT_TRUE(
      refuses(ZipBytes::of({{"a/data.pkl", "."}, {"b/data.pkl", "."}}).bytes, "two pickles"));
}

}  // namespace
}  // namespace rocm::data
