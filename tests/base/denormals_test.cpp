#include "base/denormals.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace base {
namespace {

float half(float value) {
  volatile float number = value;  // computed as it runs, not as it is compiled
  number = number * 0.5F;
  return number;
}

constexpr float kSmallestNormal = 1.17549435e-38F;

TEST(Denormals, AreFlushedOnTheThreadThatAskedAndOnNoOther) {
#if !defined(__SSE2__) && !defined(__aarch64__)
  GTEST_SKIP() << "this processor is not asked";
#endif
  float asked = 1;
  std::thread([&] {
    flush_denormals();
    asked = half(kSmallestNormal);
  }).join();
  EXPECT_EQ(asked, 0);
  EXPECT_GT(half(kSmallestNormal), 0);
}

}  // namespace
}  // namespace base
