// SPDX-License-Identifier: Apache-2.0
// The house rules that a machine can check. If one fails, the code is wrong or the rule is: say
// which in the change that mends it.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/source_paths.hpp"

namespace rocm {
namespace {

namespace fs = std::filesystem;

struct Line {
  std::string file;  ///< relative to the repository
  int number = 0;
  std::string text;
};

/// Which headers of ours the files of a folder may include.
const std::map<std::string, std::vector<std::string>> kMayInclude = {
    {"dist/base", {"dist/base/"}},
    {"dist", {"dist/"}},
    {"data", {"data/", "dist/base/"}},
    {"model", {"model/", "dist/base/"}},
    {"objective", {"objective/", "model/", "dist/base/"}},
    {"launcher", {"launcher/", "objective/", "model/", "data/", "dist/"}},
};

/// C libraries and heavy headers: where they may be seen.
const std::map<std::string, std::string> kWhereIncluded = {
    {"mpi.h", R"(dist/mpi_\w+\.cpp|dist/topology\.cpp)"},
    {"nccl.h", R"(dist/nccl_communicator\.cpp)"},
    {"cuda_runtime_api.h", R"(dist/nccl_communicator\.cpp)"},
    {"hdf5.h", R"(data/records/hdf5\w*\.cpp)"},
    {"boost/program_options.hpp", R"(launcher/\w+\.cpp)"},
    {"toml++/toml.h", R"(launcher/config/\w+\.cpp)"},
    {"torch/torch.h", R"(nowhere)"},
    {"ATen/ATen.h", R"(nowhere)"},
};

struct Rule {
  std::regex breach;
  std::string advice;
};

const std::vector<Rule> kHouseRules = {
    {std::regex(R"(^\s*#\s*define\b)"), "no macros: a function, a constant or a template"},
    {std::regex(R"(^\s*#\s*if)"), "no feature #if: let CMake choose the source file"},
    {std::regex(R"(\busing namespace (?!std::(\w+::)*\w*literals))"), "spell the namespace"},
    {std::regex(R"(std::(cout|cerr)|\bprintf\s*\()"), "speak through dist/base/log.hpp"},
    {std::regex(R"(\b(TODO|FIXME|XXX)\b)"), "finish it, or name it under known gaps"},
    {std::regex(R"(torch::(load|jit|pickle_load))"), "never unpickle a user's file"},
    {std::regex(R"([^\x00-\x7F])"), "ASCII only in sources"},
};

constexpr int kLongestFile = 300;

bool is_source(const fs::path& path) {
  return path.extension() == ".hpp" || path.extension() == ".cpp" || path.extension() == ".cu";
}

std::vector<fs::path> sources_of(const std::string& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(test::source_folder() / folder))
    if (is_source(entry.path())) files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

void for_each_line(const std::string& folder, const std::function<void(const Line&)>& visit) {
  for (const fs::path& path : sources_of(folder)) {
    std::ifstream file(path);
    Line line{.file = fs::relative(path, test::source_folder()).string()};
    while (std::getline(file, line.text)) {
      ++line.number;
      visit(line);
    }
  }
}

std::string included(const Line& line, const char* pattern) {
  std::smatch match;
  return std::regex_search(line.text, match, std::regex(pattern)) ? match[1].str() : "";
}

TEST(Architecture, EveryIncludePointsDown) {
  for (const auto& [folder, allowed] : kMayInclude) {
    for_each_line(folder, [&, &folder = folder, &allowed = allowed](const Line& line) {
      const std::string header = included(line, R"re(^\s*#include "([^"]+)")re");
      if (header.empty()) return;
      EXPECT_TRUE(
          std::ranges::any_of(allowed, [&](const auto& p) { return header.starts_with(p); }))
          << line.file << ':' << line.number << ": " << folder << "/ may not know " << header;
    });
  }
}

TEST(Architecture, ForeignHeadersStayWhereTheyAreWrapped) {
  for (const auto& [folder, allowed] : kMayInclude) {
    for_each_line(folder, [&](const Line& line) {
      const auto place = kWhereIncluded.find(included(line, R"re(^\s*#include <([^>]+)>)re"));
      if (place == kWhereIncluded.end()) return;
      EXPECT_TRUE(std::regex_match(line.file, std::regex(place->second)))
          << line.file << ':' << line.number << ": <" << place->first << "> belongs to "
          << place->second;
    });
  }
}

TEST(Architecture, HouseRulesHold) {
  for (const auto& [folder, allowed] : kMayInclude) {
    for_each_line(folder, [](const Line& line) {
      for (const Rule& rule : kHouseRules)
        EXPECT_FALSE(std::regex_search(line.text, rule.breach))
            << line.file << ':' << line.number << ": " << rule.advice;
      EXPECT_LE(line.number, kLongestFile) << line.file << " is too long";
    });
  }
}

TEST(Architecture, EveryFileSaysItsLicence) {
  for (const auto& [folder, allowed] : kMayInclude) {
    for_each_line(folder, [](const Line& line) {
      if (line.number > 1) return;
      EXPECT_EQ(line.text, "// SPDX-License-Identifier: Apache-2.0") << line.file;
    });
  }
}

/// Everything that the CMakeLists.txt of the folder and of those below it say.
std::string build_rules_of(const std::string& folder) {
  std::ostringstream rules;
  for (const auto& entry : fs::recursive_directory_iterator(test::source_folder() / folder))
    if (entry.path().filename() == "CMakeLists.txt") rules << std::ifstream(entry.path()).rdbuf();
  return rules.str();
}

TEST(Architecture, EveryFileIsBuilt) {
  for (const std::string folder : {"dist", "data", "model", "objective", "launcher", "tests"}) {
    const std::string rules = build_rules_of(folder);
    for (const fs::path& path : sources_of(folder)) {
      if (path.extension() == ".hpp") continue;
      EXPECT_NE(rules.find(path.filename().string()), std::string::npos)
          << path << " stands in no CMakeLists.txt: a test that is not built cannot fail";
    }
  }
}

TEST(Architecture, OneTrainingStepFitsOnAScreen) {
  std::ifstream file(test::source_folder() / "launcher/trainer.cpp");
  int length = 0;
  bool inside = false;
  for (std::string line; std::getline(file, line);) {
    inside = inside || line.starts_with("Step Trainer::step(");
    length += inside ? 1 : 0;
    if (inside && line == "}") break;
  }
  EXPECT_GT(length, 0) << "Trainer::step was not found";
  EXPECT_LE(length, 25);
}

}  // namespace
}  // namespace rocm
