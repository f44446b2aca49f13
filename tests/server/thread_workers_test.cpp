// Workers and loading on real threads: for ThreadSanitizer as much as for what is expected. No test sleeps.
#include "server/core/thread_workers.hpp"

#include "server/core/served_model.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <latch>
#include <map>

namespace server {
namespace {

using namespace std::chrono_literals;
constexpr auto kGuard = 30s;

/// Stands for [net]: takes what is posted, and runs it on the test's thread.
class Net {
 public:
  Post post() {
    return [this](std::function<void()> work) {
      {
        const std::lock_guard lock(mutex_);
        work_.push_back(std::move(work));
      }
      came_.notify_one();
    };
  }
  /// Runs posted work until `count` pieces have run. False: they did not come in time.
  bool run(std::size_t count) {
    for (; count > 0; --count) {
      std::function<void()> work;
      {
        std::unique_lock lock(mutex_);
        if (!came_.wait_for(lock, kGuard, [this] { return !work_.empty(); })) return false;
        work = std::move(work_.front());
        work_.pop_front();
      }
      work();
    }
    return true;
  }

 private:
  std::mutex mutex_;
  std::condition_variable came_;
  std::deque<std::function<void()>> work_;
};

Job job(
    std::function<void()> run, std::function<void(base::Status)> finish = [](const base::Status&) {}) {
  return {{},
          [run = std::move(run)](std::size_t) {
            run();
            return base::Status();
          },
          std::move(finish),
          std::nullopt};
}

TEST(ThreadWorkers, FinishOnNetWithWhatTheRunGave) {
  Net net;
  ThreadWorkers workers(2, 10, net.post());
  std::string told;
  const auto here = std::this_thread::get_id();
  std::thread::id ran, finished;
  ASSERT_TRUE(workers.submit({{},
                              [&ran](std::size_t lane) -> base::Status {
                                ran = std::this_thread::get_id();
                                EXPECT_TRUE(lane == 1 || lane == 2);
                                return base::Error{base::ErrorCode::kModelFailed, "as asked"};
                              },
                              [&](const base::Status& status) {
                                finished = std::this_thread::get_id();
                                told = status.error().message;
                              },
                              std::nullopt}));
  ASSERT_TRUE(net.run(1));
  EXPECT_EQ(told, "as asked");
  EXPECT_EQ(finished, here);
  EXPECT_NE(ran, here);
}

TEST(ThreadWorkers, LanesAreNumberedFromOneAndUsedByOneThreadEach) {
  Net net;
  constexpr std::size_t kThreads = 4;
  ThreadWorkers workers(kThreads, 10, net.post());
  std::latch together(kThreads);
  std::mutex mutex;
  std::map<std::size_t, std::thread::id> lanes;
  for (std::size_t i = 0; i < kThreads; ++i) {
    ASSERT_TRUE(workers.submit({{},
                                [&](std::size_t lane) {
                                  together.arrive_and_wait();  // all four are at work at once
                                  const std::lock_guard lock(mutex);
                                  EXPECT_TRUE(lanes.emplace(lane, std::this_thread::get_id()).second) << lane;
                                  return base::Status();
                                },
                                [](const base::Status&) {},
                                std::nullopt}));
  }
  ASSERT_TRUE(net.run(kThreads));
  EXPECT_EQ(lanes.begin()->first, 1U);
  EXPECT_EQ(lanes.rbegin()->first, kThreads);
}

TEST(ThreadWorkers, JobsOfOneSeatRunOneAtATimeInOrderAndFinishInOrder) {
  Net net;
  constexpr int kJobs = 3000;
  ThreadWorkers workers(4, 2 * kJobs, net.post());
  const auto seats = std::vector{std::make_shared<Seat>(), std::make_shared<Seat>()};
  std::array<std::atomic<int>, 2> inside{};
  std::array<int, 2> ran{}, finished{};  // plain: the seat is what guards them
  bool alone = true, in_order = true, finished_in_order = true;
  for (int i = 0; i < kJobs; ++i) {
    for (std::size_t seat = 0; seat < 2; ++seat) {
      ASSERT_TRUE(workers.submit({{seats[seat]},
                                  [&, seat, i](std::size_t) {
                                    if (inside[seat].fetch_add(1) != 0) alone = false;
                                    if (ran[seat]++ != i) in_order = false;
                                    inside[seat].fetch_sub(1);
                                    return base::Status();
                                  },
                                  [&, seat, i](const base::Status&) {
                                    if (finished[seat]++ != i) finished_in_order = false;
                                  },
                                  std::nullopt}));
    }
  }
  ASSERT_TRUE(net.run(2 * kJobs));
  EXPECT_TRUE(alone);
  EXPECT_TRUE(in_order);
  EXPECT_TRUE(finished_in_order) << "answers of one session overtook each other";
}

TEST(ThreadWorkers, ASeatAtWorkDoesNotHoldUpOtherSeats) {
  Net net;
  ThreadWorkers workers(2, 10, net.post());
  const auto busy = std::make_shared<Seat>();
  std::promise<void> release;
  auto released = release.get_future().share();
  const auto held = [released](std::size_t) {
    released.wait();
    return base::Status();
  };
  std::vector<std::string> told;
  const auto tell = [&told](const char* name) {
    return [&told, name](const base::Status&) { told.emplace_back(name); };
  };
  ASSERT_TRUE(workers.submit({{busy}, held, tell("busy 1"), std::nullopt}));
  ASSERT_TRUE(workers.submit({{busy}, held, tell("busy 2"), std::nullopt}));
  ASSERT_TRUE(workers.submit(
      {{std::make_shared<Seat>()}, [](std::size_t) { return base::Status(); }, tell("other"), std::nullopt}));
  ASSERT_TRUE(workers.submit({{}, [](std::size_t) { return base::Status(); }, tell("none"), std::nullopt}));
  ASSERT_TRUE(net.run(2));
  EXPECT_EQ(told, (std::vector<std::string>{"other", "none"}));
  release.set_value();
  ASSERT_TRUE(net.run(2));
  EXPECT_EQ(told.back(), "busy 2");
}

TEST(ThreadWorkers, RefuseAtOnceWhenTheQueueIsFull) {
  Net net;
  ThreadWorkers workers(1, 2, net.post());
  std::promise<void> release, began;
  auto released = release.get_future().share();
  ASSERT_TRUE(workers.submit(job([&began, released] {
    began.set_value();
    released.wait();
  })));
  ASSERT_EQ(began.get_future().wait_for(kGuard), std::future_status::ready);
  ASSERT_TRUE(workers.submit(job([] {})));
  ASSERT_TRUE(workers.submit(job([] {})));
  EXPECT_EQ(workers.queued(), 2U);
  const auto refused = workers.submit(job([] {}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, base::ErrorCode::kBusy);
  EXPECT_NE(refused.error().message.find("2 requests"), std::string::npos);
  workers.set_limit(3, base::Duration::max());
  EXPECT_TRUE(workers.submit(job([] {})));
  release.set_value();
  EXPECT_TRUE(net.run(4));
}

TEST(ThreadWorkers, RefuseWhatWouldWaitTooLongUnlessItsClientWaitsForNothingElse) {
  Net net;
  ThreadWorkers workers(1, 100, net.post());
  workers.set_limit(100, 50ms);
  const auto time = std::make_shared<JobTime>();
  std::promise<void> release, began;
  auto released = release.get_future().share();
  ASSERT_TRUE(workers.submit(job([&began, released] {
    began.set_value();
    released.wait();
  })));
  ASSERT_EQ(began.get_future().wait_for(kGuard), std::future_status::ready);
  const auto call = [&](bool only) {
    auto one = job([] {});
    one.turn = {time, only};
    return workers.submit(std::move(one));
  };
  EXPECT_TRUE(call(false)) << "nothing is known about its kind yet";
  time->lately = 20ms;  // the worker is busy, and looks at it only once it is released
  EXPECT_TRUE(call(false)) << "20 ms before it";
  EXPECT_TRUE(call(false)) << "40";
  const auto refused = call(false);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, base::ErrorCode::kBusy);
  EXPECT_NE(refused.error().message.find("60 ms"), std::string::npos) << refused.error().message;
  EXPECT_TRUE(call(true));
  release.set_value();
  EXPECT_TRUE(net.run(5));
}

TEST(ThreadWorkers, LearnHowLongAKindOfWorkTakes) {
  Net net;
  ThreadWorkers workers(1, 100, net.post());
  const auto time = std::make_shared<JobTime>();
  auto one = job([] {
    const auto until = base::Clock::now() + 2ms;
    while (base::Clock::now() < until) {
    }
  });
  one.turn = {time, true};
  ASSERT_TRUE(workers.submit(std::move(one)));
  ASSERT_TRUE(net.run(1));
  EXPECT_GE(time->lately, 2ms);
}

TEST(ThreadWorkers, WorkWhoseTimeIsOverIsNotRun) {
  Net net;
  ThreadWorkers workers(1, 10, net.post());
  bool ran = false;
  base::ErrorCode code{};
  auto late = job([&ran] { ran = true; }, [&code](const base::Status& status) { code = status.error().code; });
  late.useless_after = base::Clock::now() - 1ms;
  ASSERT_TRUE(workers.submit(late));
  bool in_time_ran = false;
  auto in_time = job([&in_time_ran] { in_time_ran = true; });
  in_time.useless_after = base::Clock::now() + 1h;
  ASSERT_TRUE(workers.submit(in_time));
  ASSERT_TRUE(net.run(2));
  EXPECT_FALSE(ran);
  EXPECT_EQ(code, base::ErrorCode::kExpired);
  EXPECT_TRUE(in_time_ran);
}

TEST(ThreadWorkers, AJobOfSeveralSeatsHasItsTurnAtEach) {
  Net net;
  ThreadWorkers workers(3, 100, net.post());
  const auto one = std::make_shared<Seat>(), other = std::make_shared<Seat>();
  std::promise<void> release;
  const auto released = release.get_future().share();
  std::vector<std::string> order;  // plain: the seats are what guards it
  const auto submit = [&](const std::string& name, Seats seats, bool waits = false) {
    auto made = job([&order, name, waits, released] {
      if (waits) released.wait();
      order.push_back(name);
    });
    made.seats = std::move(seats);
    ASSERT_TRUE(workers.submit(made));
  };
  submit("one", {one}, true);
  submit("both", {one, other});
  submit("other", {other});  // its seat is free, but it came later
  submit("both again", {other, one});
  std::promise<void> past;
  ASSERT_TRUE(workers.submit(job([&past] { past.set_value(); })));
  ASSERT_EQ(past.get_future().wait_for(kGuard), std::future_status::ready) << "it needs no seat";
  release.set_value();
  ASSERT_TRUE(net.run(5));
  EXPECT_EQ(order, (std::vector<std::string>{"one", "both", "other", "both again"}));
}

TEST(ThreadWorkers, EndWithWorkWaiting) {
  Net net;
  std::atomic<int> ran = 0;
  {
    ThreadWorkers workers(2, 1000, net.post());
    const auto seat = std::make_shared<Seat>();
    for (int i = 0; i < 1000; ++i) {
      auto one = job([&ran] { ++ran; });
      if (i % 2 == 0) one.seats = {seat};
      ASSERT_TRUE(workers.submit(one));
    }
  }
  EXPECT_LE(ran, 1000);
  EXPECT_TRUE(net.run(static_cast<std::size_t>(ran.load()))) << "each that ran was handed back";
}

TEST(ThreadBackground, DoesOneThingAfterTheOtherOffNet) {
  Net net;
  ThreadBackground background(net.post());
  const auto here = std::this_thread::get_id();
  std::vector<int> order;
  for (int i = 0; i < 100; ++i) {
    background.submit([&order, i, here]() -> std::function<void()> {
      EXPECT_NE(std::this_thread::get_id(), here);
      return [&order, i, here] {
        EXPECT_EQ(std::this_thread::get_id(), here);
        order.push_back(i);
      };
    });
  }
  ASSERT_TRUE(net.run(100));
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST(ThreadBackground, NothingToSayIsFine) {
  Net net;
  ThreadBackground background(net.post());
  background.submit([] { return std::function<void()>(); });
  bool told = false;
  background.submit([&told] { return std::function<void()>([&told] { told = true; }); });
  ASSERT_TRUE(net.run(1));
  EXPECT_TRUE(told);
}

TEST(ThreadBackground, EndsWithWorkWaiting) {
  Net net;
  std::promise<void> release, began;
  auto released = release.get_future().share();
  std::atomic<int> ran = 0;
  {
    ThreadBackground background(net.post());
    background.submit([&]() -> std::function<void()> {
      began.set_value();
      released.wait();
      ++ran;
      return {};
    });
    ASSERT_EQ(began.get_future().wait_for(kGuard), std::future_status::ready);
    for (int i = 0; i < 10; ++i) {
      background.submit([&]() -> std::function<void()> {
        ++ran;
        return {};
      });
    }
    release.set_value();
  }
  EXPECT_GE(ran, 1) << "what was at work was ended";
}

}  // namespace
}  // namespace server
