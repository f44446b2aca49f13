// The small parts that the daemon is made of: timers, histogram, kept answers, fail limiter, addresses.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "server/core/client.hpp"
#include "server/core/histogram.hpp"
#include "server/core/kept_answers.hpp"
#include "server/core/timers.hpp"
#include "support/osc.hpp"

namespace server {
namespace {

using namespace std::chrono_literals;

constexpr base::Time kStart{1h};

TEST(Timers, RunInOrderOfTimeAndEqualTimesInOrderOfAdding) {
  for (unsigned seed = 1; seed <= 50; ++seed) {
    std::mt19937 random(seed);
    Timers timers;
    std::vector<std::pair<int, int>> wanted, ran;
    for (int i = 0; i < 200; ++i) {
      const int when = static_cast<int>(random() % 20);
      wanted.emplace_back(when, i);
      timers.add(kStart + when * 1ms, [&ran, when, i](base::Time) { ran.emplace_back(when, i); });
    }
    std::stable_sort(wanted.begin(), wanted.end(), [](auto a, auto b) { return a.first < b.first; });
    for (int now = 0; now < 20; ++now) timers.run_due(kStart + now * 1ms);
    EXPECT_EQ(ran, wanted) << "seed " << seed;
    EXPECT_EQ(timers.next_due(), base::Time::max());
  }
}

TEST(Timers, ACancelledOneNeverRunsAndANewOneDueNowStillDoes) {
  Timers timers;
  int ran = 0;
  const auto cancelled = timers.add(kStart + 2ms, [&](base::Time) { ran += 100; });
  timers.add(kStart + 1ms, [&](base::Time now) {
    timers.cancel(cancelled);
    timers.add(now, [&](base::Time) { ++ran; });
  });
  timers.run_due(kStart);
  EXPECT_EQ(ran, 0);
  timers.run_due(kStart + 5ms);
  EXPECT_EQ(ran, 1);
}

TEST(Histogram, AgreesWithASortedListWithinABucket) {
  std::mt19937 random(7);
  std::lognormal_distribution<double> spread(5, 2);  // microseconds
  Histogram histogram;
  std::vector<double> all;
  for (int i = 0; i < 20000; ++i) {
    all.push_back(spread(random));
    histogram.add(std::chrono::duration_cast<base::Duration>(std::chrono::duration<double, std::micro>(all.back())),
                  kStart);
  }
  std::sort(all.begin(), all.end());
  for (const double q : {0.01, 0.5, 0.9, 0.99, 0.999}) {
    const double wanted = all[static_cast<std::size_t>(q * 20000) - 1] / 1000;
    EXPECT_NEAR(histogram.quantile_ms(q, kStart), wanted, wanted * 0.1) << q;
  }
}

TEST(Histogram, ForgetsWhatIsOlderThanTwentySeconds) {
  Histogram histogram;
  EXPECT_EQ(histogram.quantile_ms(0.5, kStart), 0);
  histogram.add(100ms, kStart);
  histogram.add(1ms, kStart + 11s);
  EXPECT_NEAR(histogram.quantile_ms(1, kStart + 11s), 100, 10);
  EXPECT_NEAR(histogram.quantile_ms(1, kStart + 22s), 1, 0.1);
  EXPECT_EQ(histogram.quantile_ms(1, kStart + 60s), 0);
}

TEST(Histogram, TakesTheShortestAndTheLongest) {
  Histogram histogram;
  histogram.add(0ns, kStart);
  EXPECT_LT(histogram.quantile_ms(1, kStart), 0.001);
  histogram.add(24h, kStart);
  EXPECT_GT(histogram.quantile_ms(1, kStart), 100000);
}

std::string kept_text(const KeptAnswers::Kept* kept) {
  if (kept == nullptr) return "none";
  if (!kept->answered) return "at work";
  return {reinterpret_cast<const char*>(kept->packet.data()), kept->packet.size()};
}

TEST(KeptAnswers, GoFromNewToAtWorkToKeptToNew) {
  KeptAnswers kept;
  EXPECT_EQ(kept_text(kept.find(1, kStart)), "none");
  kept.begin(1, kStart);
  EXPECT_EQ(kept_text(kept.find(1, kStart + 1h)), "at work");
  kept.end(1, support::bytes("answer"), kStart + 1h);
  EXPECT_EQ(kept_text(kept.find(1, kStart + 1h + 4999ms)), "answer");
  EXPECT_EQ(kept_text(kept.find(2, kStart + 1h)), "none");
  EXPECT_EQ(kept_text(kept.find(1, kStart + 1h + 5s)), "none");
}

TEST(KeptAnswers, OneAtWorkDoesNotKeepOthersForLonger) {
  KeptAnswers kept;
  kept.begin(1, kStart);
  kept.begin(2, kStart);
  kept.end(2, support::bytes("two"), kStart);
  EXPECT_EQ(kept_text(kept.find(2, kStart + 5s)), "none");
  EXPECT_EQ(kept_text(kept.find(1, kStart + 5s)), "at work");
}

// 256 answers of megabytes, for each of 256 connections, would have filled the machine.
TEST(KeptAnswers, WhatIsTooLargeForUdpIsNotKept) {
  KeptAnswers kept;
  kept.begin(1, kStart);
  kept.begin(2, kStart);
  kept.end(1, support::bytes(std::string(8193, 'x')), kStart);
  kept.end(2, support::bytes(std::string(8192, 'x')), kStart);
  EXPECT_EQ(kept_text(kept.find(1, kStart)), "none");
  EXPECT_EQ(kept_text(kept.find(2, kStart)).size(), 8192U);
}

TEST(KeptAnswers, NoneAtWorkIsForgottenForRoom) {
  KeptAnswers kept;
  kept.begin(1, kStart);
  for (std::uint64_t i = 2; i < 1000; ++i) {
    kept.begin(i, kStart);
    kept.end(i, support::bytes("x"), kStart);
  }
  EXPECT_EQ(kept_text(kept.find(1, kStart)), "at work");
  EXPECT_EQ(kept_text(kept.find(999, kStart)), "x");
  EXPECT_EQ(kept_text(kept.find(2, kStart)), "none");
}

TEST(Fingerprint, IsOfTheBytes) {
  EXPECT_EQ(fingerprint(support::bytes("abcd")), fingerprint(support::bytes("abcd")));
  EXPECT_NE(fingerprint(support::bytes("abcd")), fingerprint(support::bytes("abce")));
  EXPECT_NE(fingerprint(support::bytes("")), fingerprint(support::bytes(std::string_view("\0", 1))));
}

TEST(FailLimiter, LetsACauseThroughOnceASecondAndTwentyOfThem) {
  FailLimiter limiter;
  EXPECT_TRUE(limiter.allow(1, kStart));
  EXPECT_FALSE(limiter.allow(1, kStart + 999ms));
  EXPECT_TRUE(limiter.allow(1, kStart + 1s));
  int let_through = 0;
  for (std::uint64_t cause = 100; cause < 200; ++cause) let_through += limiter.allow(cause, kStart + 1s) ? 1 : 0;
  EXPECT_EQ(let_through, 19);
}

TEST(Chance, GivesNumbersThatEveryHostCanRead) {
  Chance chance;
  for (int i = 0; i < 10000; ++i) {
    const auto number = chance.number();
    ASSERT_GE(number, 1);
    ASSERT_LT(number, 1 << 24);
  }
}

TEST(Chance, GivesTheSameNumbersForTheSameSeedAndOthersForAnother) {
  Seed seed = fresh_seed();
  Chance first(seed), second(seed);
  seed.back() ^= 1;
  Chance other(seed);
  int same = 0;
  for (int i = 0; i < 1000; ++i) {
    const auto number = first.number();
    ASSERT_EQ(number, second.number());
    same += number == other.number() ? 1 : 0;
  }
  EXPECT_LT(same, 10);
}

TEST(Ip, EveryLoopbackIsOneAndMappedIpv4IsIpv4) {
  for (const char* text : {"127.0.0.1", "127.5.5.5", "::1", "::ffff:127.0.0.1"}) {
    ASSERT_TRUE(Ip::parse(text)) << text;
    EXPECT_TRUE(Ip::parse(text)->is_loopback()) << text;
    EXPECT_EQ(Ip::parse(text)->identity(), Ip::loopback()) << text;
  }
  EXPECT_EQ(Ip::parse("::ffff:10.0.0.5"), Ip::parse("10.0.0.5"));
  EXPECT_FALSE(Ip::parse("::2")->is_loopback());
  EXPECT_FALSE(Ip::parse("128.0.0.1")->is_loopback());
  EXPECT_FALSE(Ip::parse("localhost"));
}

TEST(Peer, ReadsLikeAnEndpoint) {
  EXPECT_EQ((Peer{Ip::loopback(), 7771, 0, 0}.text()), "127.0.0.1:7771");
  EXPECT_EQ((Peer{*Ip::parse("::1"), 7771, 0, 0}.text()), "[::1]:7771");
  EXPECT_EQ((Peer{Ip::loopback(), 7771, 0, 3}.text()), "127.0.0.1:7771 (tcp)");
}

}  // namespace
}  // namespace server
