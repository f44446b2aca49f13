// What the system gives is said as it is: checked against the system's own books.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/resource.h>

#include <cstdlib>
#include <thread>

#include "server/net/tuning.hpp"

namespace server {
namespace {

using ::testing::HasSubstr;

#ifdef __linux__

struct Lifted {
  std::string said;
  int policy = 0, priority = 0, nice = 0, policy_of_child = -1;
};

Lifted lifted() {
  Lifted out;
  std::thread([&] {
    out.said = lift_this_thread();
    sched_param parameters{};
    out.policy = sched_getscheduler(0) & ~SCHED_RESET_ON_FORK;
    sched_getparam(0, &parameters);
    out.priority = parameters.sched_priority;
    out.nice = getpriority(PRIO_PROCESS, 0);
    std::thread([&] { out.policy_of_child = sched_getscheduler(0); }).join();
  }).join();
  return out;
}

TEST(Tuning, SaysThePriorityThatTheSystemHasInItsBooks) {
  const auto thread = lifted();
  if (thread.policy == SCHED_FIFO) {
    EXPECT_EQ(thread.said, "SCHED_FIFO " + std::to_string(thread.priority));
  } else if (thread.nice < 0) {
    EXPECT_EQ(thread.said, "nice " + std::to_string(thread.nice));
  } else {
    EXPECT_THAT(thread.said, HasSubstr("as the others"));
  }
  EXPECT_EQ(real_time_allowed(), thread.policy == SCHED_FIFO);
}

TEST(Tuning, ThreadsThatALiftedThreadStartsBeginAsUsual) { EXPECT_EQ(lifted().policy_of_child, SCHED_OTHER); }

TEST(Tuning, LiftsNoThreadButTheOneThatAsks) {
  (void)lifted();
  EXPECT_EQ(sched_getscheduler(0), SCHED_OTHER);
}

/// Ends the process: with 0 where memory was refused with what to do, or locked by a right that no bound takes away.
[[noreturn]] void lock_without_leave() {
  const rlimit none{};
  setrlimit(RLIMIT_MEMLOCK, &none);
  const auto locked = lock_memory();
  const bool told = !locked && locked.error().message.find("LimitMEMLOCK=infinity") != std::string::npos;
  std::exit(locked || told ? 0 : 1);
}

TEST(Tuning, MemoryThatMayNotBeLockedIsOneSentenceWithWhatToDo) {
  EXPECT_EXIT(lock_without_leave(), ::testing::ExitedWithCode(0), "");
}

#endif

TEST(Tuning, BuffersAreSaidInKilobytesAndMegabytes) {
  EXPECT_EQ(buffer_text(212992), "208 kB");
  EXPECT_EQ(buffer_text(4U << 20), "4 MB");
}

}  // namespace
}  // namespace server
