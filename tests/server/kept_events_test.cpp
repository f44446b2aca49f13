// Events are kept, numbered, and sent again where they were not seen.
#include "server/core/kept_events.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/core/sequence.hpp"
#include "support/fakes.hpp"
#include "support/osc.hpp"

namespace server {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using namespace std::chrono_literals;

struct Kept {
  support::VirtualClock clock;
  KeptEvents events;
  std::vector<std::string> sent;
  KeptEvents::Send send = [this](protocol::Bytes packet) {
    sent.emplace_back(reinterpret_cast<const char*>(packet.data()), packet.size());
  };
  void add(const std::string& name) { events.add(support::bytes(name), clock.now()); }
};

TEST(Sequence, RunsFromOneAndComparesByHalfRange) {
  EXPECT_EQ(next_in_sequence(1), 2);
  EXPECT_EQ(next_in_sequence(0xffffff), 1) << "0 means none";
  EXPECT_EQ(ahead_of(5, 3), 2);
  EXPECT_EQ(ahead_of(3, 5), -2);
  EXPECT_EQ(ahead_of(1, 0xffffff), 2);
  EXPECT_EQ(ahead_of(0xffffff, 1), -2);
  EXPECT_EQ(ahead_of(7, 7), 0);
}

TEST(KeptEvents, AreNumberedFromOne) {
  Kept kept;
  EXPECT_EQ(kept.events.next(), 1);
  kept.add("a");
  EXPECT_EQ(kept.events.next(), 2);
}

TEST(KeptEvents, GivesTheLastOnesAgainFromANumberOn) {
  Kept kept;
  for (const auto* name : {"a", "b", "c"}) kept.add(name);
  EXPECT_EQ(kept.events.send_from(2, kept.clock.now(), kept.send), 2U);
  EXPECT_THAT(kept.sent, ElementsAre("b", "c"));
}

TEST(KeptEvents, KeepsSoManyAndNoMore) {
  Kept kept;
  for (std::size_t i = 0; i < KeptEvents::kMost + 10; ++i) kept.add(std::to_string(i));
  EXPECT_EQ(kept.events.send_from(0, kept.clock.now(), kept.send), KeptEvents::kMost);
  EXPECT_EQ(kept.sent.front(), "10");
}

TEST(KeptEvents, SendsNoMoreThanSoManyAgainAtOnce) {
  Kept kept;
  kept.events = KeptEvents(1000);
  for (int i = 0; i < 1000; ++i) kept.add(std::to_string(i));
  kept.clock.advance(150ms);
  kept.events.send_unseen(10, kept.clock.now(), kept.send);
  EXPECT_EQ(kept.sent.size(), KeptEvents::kMost);
  EXPECT_EQ(kept.sent.front(), "10");
  kept.events.send_unseen(10, kept.clock.now(), kept.send);
  EXPECT_EQ(kept.sent.size(), 2 * KeptEvents::kMost) << "the next ones: the first have just been sent";
}

TEST(KeptEvents, SendsTheUnseenAgainAfterATenthOfASecond) {
  Kept kept;
  for (const auto* name : {"a", "b", "c"}) kept.add(name);
  kept.clock.advance(50ms);
  kept.events.send_unseen(1, kept.clock.now(), kept.send);
  EXPECT_THAT(kept.sent, IsEmpty()) << "they may still be on their way";
  kept.clock.advance(60ms);
  kept.events.send_unseen(1, kept.clock.now(), kept.send);
  EXPECT_THAT(kept.sent, ElementsAre("b", "c"));
  kept.clock.advance(50ms);
  kept.events.send_unseen(1, kept.clock.now(), kept.send);
  EXPECT_EQ(kept.sent.size(), 2U) << "just sent again";
}

// The number after `seen` may be one that is no longer kept: then nothing that is sent makes it go on.
TEST(KeptEvents, SendsWhatStaysUnseenAtLongerAndLongerIntervals) {
  Kept kept;
  kept.events.add(support::bytes("a"), kept.clock.now(), 1'000'000);
  std::vector<int> at;  // ms
  for (int ms = 0; ms < 20'000; ms += 10, kept.clock.advance(10ms)) {
    kept.sent.clear();
    kept.events.send_unseen(0, kept.clock.now(), kept.send);
    if (!kept.sent.empty()) at.push_back(ms);
  }
  EXPECT_THAT(at, ElementsAre(100, 200, 300, 400, 600, 1000, 1800, 3400, 6600, 9800, 13000, 16200, 19400));
}

TEST(KeptEvents, LetsOldAnswersGo) {
  Kept kept;
  kept.add("a");
  kept.clock.advance(2001ms);
  kept.add("b");
  kept.clock.advance(150ms);
  kept.events.send_unseen(0, kept.clock.now(), kept.send);
  EXPECT_THAT(kept.sent, ElementsAre("b"));
}

}  // namespace
}  // namespace server
