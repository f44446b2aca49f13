// Never more than 100 packets in 10 ms to one receiver.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "server/core/pacer.hpp"
#include "support/world.hpp"

namespace server {
namespace {

using support::bytes;
using support::local;
using support::RecordingLink;
using support::VirtualClock;
using namespace std::chrono_literals;

/// A pacer with a clock that runs its timers to the nanosecond.
struct Rig {
  VirtualClock clock;
  RecordingLink link{clock};
  Timers timers;
  Pacer pacer{link, timers};

  void send(const Peer& to, const std::string& packet, bool in_step = false) {
    pacer.send(to, bytes(packet), clock.now(), in_step);
  }
  void advance(base::Duration by) {
    const auto end = clock.now() + by;
    while (timers.next_due() <= end) {
      clock.set(std::max(clock.now(), timers.next_due()));
      timers.run_due(clock.now());
    }
    clock.set(end);
  }
};

std::size_t most_in_10ms(const std::vector<base::Time>& times) {
  std::size_t most = 0, first = 0;
  for (std::size_t i = 0; i < times.size(); ++i) {
    while (times[i] - times[first] > 10ms) ++first;
    most = std::max(most, i - first + 1);
  }
  return most;
}

TEST(Pacer, TwentyGoAtOnceAndTheRestFollows) {
  Rig rig;
  for (int i = 0; i < 60; ++i) rig.send(local(7771), "x");
  EXPECT_EQ(rig.link.sent.size(), 20U);
  rig.advance(1ms);
  EXPECT_EQ(rig.link.sent.size(), 28U);
  rig.advance(4ms);
  EXPECT_EQ(rig.link.sent.size(), 60U);
}

TEST(Pacer, NeverMoreThan100In10MillisecondsAndAlwaysInOrder) {
  for (unsigned seed = 1; seed <= 40; ++seed) {
    Rig rig;
    std::mt19937 random(seed);
    std::map<std::uint16_t, int> asked;
    for (int step = 0; step < 400; ++step) {
      const auto port = static_cast<std::uint16_t>(7000 + random() % 3);
      const auto burst = random() % 4 == 0 ? random() % 200 : random() % 5;
      for (unsigned i = 0; i < burst; ++i)
        rig.send(local(port), support::word(static_cast<std::uint32_t>(asked[port]++)));
      rig.advance(std::chrono::microseconds(random() % 4 == 0 ? random() % 30000 : random() % 300));
    }
    rig.advance(60s);
    std::map<std::uint16_t, std::vector<base::Time>> times;
    std::map<std::uint16_t, int> next;
    for (const auto& sent : rig.link.sent) {
      times[sent.to.port].push_back(sent.at);
      const auto expected = support::word(static_cast<std::uint32_t>(next[sent.to.port]++));
      ASSERT_TRUE(std::ranges::equal(sent.packet, bytes(expected))) << "out of order, seed " << seed;
    }
    for (const auto& [port, list] : times) EXPECT_LE(most_in_10ms(list), 100U) << "seed " << seed;
    EXPECT_EQ(asked, next) << "all were sent, seed " << seed;
  }
}

TEST(Pacer, ReceiversDoNotSlowEachOther) {
  Rig rig;
  for (std::uint16_t port = 7000; port < 7100; ++port) {
    for (int i = 0; i < 20; ++i) rig.send(local(port), "x");
  }
  EXPECT_EQ(rig.link.sent.size(), 2000U);
}

TEST(Pacer, WhatIsInStepIsNeverHeldButNeverOvertakesWhatIs) {
  Rig rig;
  for (int i = 0; i < 200; ++i) rig.send(local(7771), "x", true);
  EXPECT_EQ(rig.link.sent.size(), 200U);
  for (int i = 0; i < 30; ++i) rig.send(local(7772), "a");
  rig.send(local(7772), "last", true);
  rig.advance(1s);
  EXPECT_EQ(rig.link.sent.back().packet.size(), 4U);
}

TEST(Pacer, TcpIsNeverHeld) {
  Rig rig;
  for (int i = 0; i < 5000; ++i) rig.send(support::tcp(3), "x");
  EXPECT_EQ(rig.link.sent.size(), 5000U);
}

TEST(Pacer, TheBacklogIsBoundedAndWhatIsDroppedIsCounted) {
  Rig rig;
  for (std::size_t i = 0; i < Pacer::kBacklog + 120; ++i) rig.send(local(7771), "x");
  EXPECT_EQ(rig.pacer.dropped(), 100U);
  rig.advance(2s);
  EXPECT_EQ(rig.link.sent.size(), Pacer::kBacklog + 20);
}

TEST(Pacer, ForgettingQuietReceiversChangesNothing) {
  Rig rig;
  for (int i = 0; i < 30; ++i) rig.send(local(7771), "x");
  rig.pacer.forget(rig.clock.now() + 1h);
  rig.advance(1s);
  EXPECT_EQ(rig.link.sent.size(), 30U);
  rig.advance(2s);
  rig.pacer.forget(rig.clock.now());
  for (int i = 0; i < 21; ++i) rig.send(local(7771), "x");
  EXPECT_EQ(rig.link.sent.size(), 50U);
}

}  // namespace
}  // namespace server
