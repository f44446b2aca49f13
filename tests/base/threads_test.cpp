#include "base/threads.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace base {
namespace {

TEST(ThreadRole, LetsItsFirstThreadPassAgain) {
  ThreadRole role;
  role.check();
  role.check();
}

TEST(ThreadRole, BelongsToTheNextThreadAfterRelease) {
  ThreadRole role;
  role.check();
  role.release();
  std::thread([&] { role.check(); }).join();
}

#ifndef NDEBUG
TEST(ThreadRoleDeathTest, StopsAStrangerInDebugBuilds) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto stranger = [] {
    ThreadRole role;
    role.check();
    std::thread([&] { role.check(); }).join();
  };
  EXPECT_DEATH(stranger(), "wrong thread");
}
#endif

}  // namespace
}  // namespace base
