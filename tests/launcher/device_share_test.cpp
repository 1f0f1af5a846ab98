// SPDX-License-Identifier: Apache-2.0
#include "launcher/sweep/device_share.hpp"

#include <cstdlib>

#include <gmock/gmock.h>

namespace rocm::launcher {
namespace {

using Devices = std::vector<std::string>;

TEST(DeviceShare, JobsBesideEachOtherGetDevicesOfTheirOwn) {
  const Devices devices = {"0", "1", "2", "3"};
  EXPECT_EQ(devices_of_job(devices, 0, 1), "0");
  EXPECT_EQ(devices_of_job(devices, 3, 1), "3");
  EXPECT_EQ(devices_of_job(devices, 0, 2), "0,1");
  EXPECT_EQ(devices_of_job(devices, 1, 2), "2,3");
}

TEST(DeviceShare, MoreJobsThanDevicesGoRound) {
  EXPECT_EQ(devices_of_job(Devices{"0", "1"}, 2, 1), "0");
  EXPECT_EQ(devices_of_job(Devices{"0", "1", "2"}, 1, 2), "2,0");
  EXPECT_EQ(devices_of_job(Devices{"0", "1"}, 1, 8), "0,1");
}

TEST(DeviceShare, OneDeviceOrNoneIsNotShared) {
  EXPECT_EQ(devices_of_job(Devices{}, 1, 1), "");
  EXPECT_EQ(devices_of_job(Devices{"0"}, 1, 1), "");
}

TEST(DeviceShare, TakesTheDevicesThatTheUserLeaves) {
  ::setenv("CUDA_VISIBLE_DEVICES", "4,GPU-8932f937", 1);
  EXPECT_THAT(visible_devices(), ::testing::ElementsAre("4", "GPU-8932f937"));
  ::setenv("CUDA_VISIBLE_DEVICES", "", 1);
  EXPECT_THAT(visible_devices(), ::testing::IsEmpty());
  ::unsetenv("CUDA_VISIBLE_DEVICES");
}

}  // namespace
}  // namespace rocm::launcher
