// When a serving process starts again, without which models, and when it counts as hung.
#include "server/core/restarts.hpp"

#include <gmock/gmock.h>

#include "server/supervisor/hang.hpp"

namespace server {
namespace {

using namespace std::chrono_literals;
using Kind = Ending::Kind;

const base::Time kNoon{12h};

TEST(Restarts, AKillFromOutsideNeverWaits) {
  Restarts restarts;
  for (int i = 0; i < 100; ++i) {
    const auto next = restarts.after({Kind::kFromOutside, true, "drums"}, kNoon + i * 10ms);
    EXPECT_EQ(next.pause, 0ms);
    EXPECT_FALSE(next.aside);
  }
  EXPECT_EQ(restarts.faults_of("drums"), 0);
}

TEST(Restarts, FaultsInARowWaitTwiceAsLongEachTimeUpToTenSeconds) {
  Restarts restarts;
  std::vector<base::Duration> pauses;
  for (int i = 0; i < 9; ++i) pauses.push_back(restarts.after({Kind::kFault, true, ""}, kNoon).pause);
  EXPECT_THAT(pauses, testing::ElementsAre(0ms, 250ms, 500ms, 1s, 2s, 4s, 8s, 10s, 10s));
}

TEST(Restarts, AMinuteOfCalmIsANewBeginning) {
  Restarts restarts;
  restarts.after({Kind::kFault, true, ""}, kNoon);
  EXPECT_EQ(restarts.after({Kind::kFault, true, ""}, kNoon + 1s).pause, 250ms);
  EXPECT_EQ(restarts.after({Kind::kFault, true, ""}, kNoon + 62s).pause, 0ms);
}

TEST(Restarts, AProcessThatNeverServesIsNotStartedAsFastAsItGoes) {
  Restarts restarts;
  restarts.after({Kind::kFromOutside, false, ""}, kNoon);
  EXPECT_EQ(restarts.after({Kind::kFromOutside, false, ""}, kNoon).pause, 250ms);
  EXPECT_EQ(restarts.after({Kind::kGaveUp, false, ""}, kNoon).pause, 500ms);
}

TEST(Restarts, TheThirdFaultOfAModelPutsItAside) {
  Restarts restarts;
  EXPECT_FALSE(restarts.after({Kind::kFault, true, "drums"}, kNoon).aside);
  EXPECT_FALSE(restarts.after({Kind::kHang, true, "voice"}, kNoon).aside) << "another model's is not counted";
  EXPECT_FALSE(restarts.after({Kind::kHang, true, "drums"}, kNoon + 1h).aside);
  const auto third = restarts.after({Kind::kFault, true, "drums"}, kNoon + 2h);
  EXPECT_EQ(third.aside, "drums");
  EXPECT_EQ(third.pause, 0ms) << "what made it fall is gone";
}

TEST(Restarts, AForgivenModelHasThreeAgain) {
  Restarts restarts;
  for (int i = 0; i < 2; ++i) restarts.after({Kind::kFault, true, "drums"}, kNoon);
  restarts.forgive("drums");
  for (int i = 0; i < 2; ++i) EXPECT_FALSE(restarts.after({Kind::kFault, true, "drums"}, kNoon).aside);
  EXPECT_TRUE(restarts.after({Kind::kFault, true, "drums"}, kNoon).aside);
}

/// A board that says what a test wants, looked at every 250 ms.
class Hangs : public testing::Test {
 protected:
  Hangs() { watch_.began(at_); }
  static std::int64_t ns(base::Time time) {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
  }
  void beat() { board_.beat = ns(at_); }
  /// Looks until `until`; the network thread beats meanwhile, if it lives.
  std::optional<Hang> look_for(base::Duration until, bool beats = true) {
    for (const auto end = at_ + until; at_ < end;) {
      at_ += HangWatch::kEvery;
      if (beats) beat();
      if (auto hang = watch_.look(board_, at_)) return hang;
    }
    return std::nullopt;
  }
  void call(std::size_t slot, std::string_view model, base::Duration limit) {
    auto& there = board_.slots[slot];
    for (std::size_t i = 0; i < model.size(); ++i) there.model[i] = model[i];
    there.limit = std::chrono::nanoseconds(limit).count();
    there.began = ns(at_);
  }

  base::Time at_ = kNoon;
  CallBoard board_;
  HangWatch watch_;
};

TEST_F(Hangs, WhoBeatsDoesNotHang) { EXPECT_FALSE(look_for(1h)); }

TEST_F(Hangs, ASecondWithoutABeatIsOne) {
  look_for(5s);
  const auto since = at_;
  const auto hang = look_for(10s, false);
  ASSERT_TRUE(hang);
  EXPECT_EQ(hang->model, "");
  EXPECT_THAT(hang->text, testing::HasSubstr("network thread"));
  EXPECT_LE(at_ - since, 1500ms);
}

TEST_F(Hangs, AModelOnTheNetworkThreadIsNamed) {
  look_for(1s);
  call(0, "small", 2s);
  const auto hang = look_for(10s, false);
  ASSERT_TRUE(hang);
  EXPECT_EQ(hang->model, "small");
}

TEST_F(Hangs, ACallBeyondItsLimitIsOne) {
  look_for(1s);
  const auto since = at_;
  call(2, "yamnet", 1300ms);
  const auto hang = look_for(10s);
  ASSERT_TRUE(hang);
  EXPECT_EQ(hang->model, "yamnet");
  EXPECT_EQ(hang->text, "yamnet did not come back for 1.5 s, 1.3 s is its limit");
  EXPECT_LE(at_ - since, 1600ms);
}

TEST_F(Hangs, ACallThatEndsInTimeIsNone) {
  call(2, "yamnet", 1300ms);
  EXPECT_FALSE(look_for(1s));
  board_.slots[2].began = 0;
  EXPECT_FALSE(look_for(10s));
}

TEST_F(Hangs, WhoeverNeverBeginsHangsInTheEnd) {
  const auto hang = look_for(60s, false);
  ASSERT_TRUE(hang);
  EXPECT_THAT(hang->text, testing::HasSubstr("did not begin within 15.0 s"));
}

// A laptop that was asleep, a supervisor that was stopped in a debugger: nobody looked, so nobody can tell.
TEST_F(Hangs, WhatNobodySawCountsForNobody) {
  look_for(1s);
  call(3, "yamnet", 1300ms);
  at_ += 1h;
  EXPECT_FALSE(watch_.look(board_, at_)) << "it gets its time anew";
  EXPECT_FALSE(look_for(1s));
  EXPECT_TRUE(look_for(2s)) << "and no more than that";
}

TEST(Board, ACallIsOnItWhileItLasts) {
  CallBoard board;
  BoardWatch watch(board, 7);
  models::watch_calls(&watch);
  {
    const models::WatchedCall load("drums", 2min);
    EXPECT_EQ(board.slots[7].name(), "drums");
    EXPECT_EQ(board.slots[7].limit, std::chrono::nanoseconds(2min).count());
    EXPECT_NE(board.slots[7].began, 0);
    EXPECT_EQ(slot_of_this_thread(), 7);
    const auto outer = board.slots[7].began.load();
    {
      const models::WatchedCall forward("drums", 1s);
      EXPECT_EQ(board.slots[7].limit, std::chrono::nanoseconds(1s).count());
    }
    EXPECT_EQ(board.slots[7].began, outer) << "the outer one goes on";
    EXPECT_EQ(board.slots[7].limit, std::chrono::nanoseconds(2min).count());
  }
  models::watch_calls(nullptr);
  EXPECT_EQ(board.slots[7].began, 0);
  EXPECT_EQ(slot_of_this_thread(), -1);
}

TEST(Board, ALongNameIsCut) {
  CallBoard board;
  BoardWatch watch(board, 0);
  watch.began(std::string(200, 'x'), 1s);
  EXPECT_EQ(board.slots[0].name(), std::string(CallBoard::kNameBytes - 1, 'x'));
  watch.ended();
}

}  // namespace
}  // namespace server
