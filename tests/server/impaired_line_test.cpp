// oscine proxy's line, in virtual time: what is promised of delays, loss, doubles and order.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "server/net/impaired_line.hpp"

namespace server {
namespace {

using namespace std::chrono_literals;

constexpr base::Time kStart{1h};

struct Arrival {
  int packet;
  base::Duration delay;
  friend bool operator==(const Arrival&, const Arrival&) = default;
};

Impairment impairment(const std::vector<std::pair<std::string, std::string>>& settings) {
  Impairment impairment;
  for (const auto& [name, value] : settings) {
    const auto set = set_impairment(impairment, name, value);
    EXPECT_TRUE(set) << set.error().message;
  }
  return impairment;
}

/// Sends `count` packets, one each `every`, and hears what comes out to the nanosecond.
std::vector<Arrival> through(ImpairedLine& line, int count, base::Duration every = 5ms) {
  std::vector<Arrival> arrivals;
  std::map<int, base::Time> sent;
  const auto run_until = [&](base::Time end) {
    while (line.next_due() <= end) {
      const auto now = line.next_due();
      if (now == base::Time::max()) break;
      line.run_due(now, [&](const ImpairedLine::Packet& packet) {
        const int number = std::to_integer<int>(packet[0]) + 256 * std::to_integer<int>(packet[1]);
        arrivals.push_back({number, now - sent.at(number)});
      });
    }
  };
  for (int i = 0; i < count; ++i) {
    const auto now = kStart + i * every;
    run_until(now);
    sent[i] = now;
    line.take({std::byte(i & 255), std::byte(i >> 8)}, now);
    run_until(now);
  }
  run_until(base::Time::max());
  return arrivals;
}

TEST(ImpairedLine, PassesEverythingAtOnceByDefault) {
  ImpairedLine line({}, 1);
  const auto out = through(line, 100);
  ASSERT_EQ(out.size(), 100U);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(out[static_cast<std::size_t>(i)], (Arrival{i, 0ns}));
}

TEST(ImpairedLine, TheSameSeedIsTheSameWeatherAndAnotherIsAnother) {
  const auto wild = impairment({{"delay", "uniform:0:95"}, {"loss", "2%"}, {"duplicate", "5%"}, {"reorder", "5%"}});
  ImpairedLine one(wild, 7), again(wild, 7), other(wild, 8);
  const auto first = through(one, 1000);
  EXPECT_EQ(first, through(again, 1000));
  EXPECT_NE(first, through(other, 1000));
}

TEST(ImpairedLine, UniformDelaysFillTheirRangeAndStayInside) {
  ImpairedLine line(impairment({{"delay", "uniform:10:95"}}), 3);
  const auto out = through(line, 2000);
  ASSERT_EQ(out.size(), 2000U);
  const auto [least, most] =
      std::minmax_element(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.delay < b.delay; });
  EXPECT_GE(least->delay, 10ms);
  EXPECT_LT(least->delay, 11ms);
  EXPECT_LE(most->delay, 95ms);
  EXPECT_GT(most->delay, 94ms);
}

TEST(ImpairedLine, NothingIsLaterThanTheCapWhateverTheSettings) {
  for (const char* delay : {"exponential:40", "bursts:60:100", "uniform:0:500", "300"}) {
    ImpairedLine line(impairment({{"delay", delay}, {"cap", "95"}, {"duplicate", "0.2"}, {"reorder", "0.3"}}), 11);
    const auto out = through(line, 3000);
    EXPECT_GE(out.size(), 3000U) << delay;
    for (const auto& one : out) ASSERT_LE(one.delay, 95ms) << delay << ", packet " << one.packet;
    EXPECT_LE(line.counts().longest, 95ms);
  }
}

TEST(ImpairedLine, ExponentialDelaysHaveTheirMean) {
  ImpairedLine line(impairment({{"delay", "exponential:20"}, {"cap", "600000"}}), 5);
  base::Duration sum{0};
  const auto out = through(line, 5000);
  for (const auto& one : out) sum += one.delay;
  const std::chrono::duration<double, std::milli> all = sum;
  EXPECT_NEAR(all.count() / 5000, 20, 1.0);
}

TEST(ImpairedLine, ABurstLetsGoAtOnceWhatWaitedAndKeepsItsOrder) {
  ImpairedLine line(impairment({{"delay", "bursts:50:200"}}), 2);
  const auto out = through(line, 4000, 1ms);
  ASSERT_EQ(out.size(), 4000U);
  int at_once = 0, delayed = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    ASSERT_EQ(out[i].packet, static_cast<int>(i));
    delayed += out[i].delay > 0ns ? 1 : 0;
    at_once += i > 0 && out[i - 1].delay == out[i].delay + 1ms ? 1 : 0;
  }
  EXPECT_GT(delayed, 200);
  EXPECT_LT(delayed, 2000);
  EXPECT_GT(at_once, delayed / 2);
}

TEST(ImpairedLine, LossDoublesAndExchangesAreCountedAsTheyHappen) {
  ImpairedLine line(impairment({{"loss", "0.1"}, {"duplicate", "20%"}, {"reorder", "0.1"}}), 9);
  const auto out = through(line, 5000);
  std::map<int, int> times;
  for (const auto& one : out) ++times[one.packet];
  const auto doubled = std::count_if(times.begin(), times.end(), [](const auto& one) { return one.second == 2; });
  const auto& counts = line.counts();
  EXPECT_EQ(counts.came, 5000U);
  EXPECT_EQ(counts.went, out.size());
  EXPECT_EQ(counts.lost, 5000 - times.size());
  EXPECT_EQ(counts.doubled, static_cast<std::uint64_t>(doubled));
  EXPECT_NEAR(static_cast<double>(counts.lost), 500, 75);
  EXPECT_NEAR(static_cast<double>(doubled), 900, 120);
}

TEST(ImpairedLine, APacketThatChangesPlacesGoesRightAfterTheNext) {
  ImpairedLine line(impairment({{"reorder", "10%"}, {"cap", "50"}}), 4);
  const auto out = through(line, 2000);
  std::uint64_t exchanged = 0;
  for (std::size_t i = 1; i < out.size(); ++i) {
    if (out[i].packet > out[i - 1].packet) continue;
    ++exchanged;
    EXPECT_EQ(out[i].packet, out[i - 1].packet - 1);
    EXPECT_EQ(out[i].delay, 5ms);
  }
  EXPECT_EQ(exchanged, line.counts().reordered);
  EXPECT_NEAR(static_cast<double>(exchanged), 190, 45);
}

TEST(ImpairedLine, ThePacketThatNothingOvertakesGoesAtTheCap) {
  ImpairedLine line(impairment({{"reorder", "1"}, {"cap", "50"}}), 4);
  const auto out = through(line, 1);
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(out[0].delay, 50ms);
}

TEST(ImpairedLine, WhatASettingDoesNotTakeIsOneSentence) {
  const std::pair<const char*, const char*> wrong[] = {{"delay", ""},
                                                       {"delay", "uniform"},
                                                       {"delay", "uniform:9"},
                                                       {"delay", "uniform:9:3"},
                                                       {"delay", "uniform:::"},
                                                       {"delay", "gauss:3"},
                                                       {"delay", "-1"},
                                                       {"delay", "1e9"},
                                                       {"delay", "nan"},
                                                       {"delay", "bursts:10:0"},
                                                       {"loss", "101%"},
                                                       {"loss", "x"},
                                                       {"loss", "-0.1"},
                                                       {"loss", "%"},
                                                       {"loss", ""},
                                                       {"cap", "5s"},
                                                       {"jitter", "3"},
                                                       {"delay", "exponential:1:2"}};
  for (const auto& [name, value] : wrong) {
    Impairment impairment;
    const auto set = set_impairment(impairment, name, value);
    ASSERT_FALSE(set) << name << "=" << value;
    EXPECT_EQ(set.error().code, base::ErrorCode::kMalformed);
    EXPECT_FALSE(set.error().message.empty());
    EXPECT_EQ(impairment.first, 0) << "nothing has changed";
  }
}

}  // namespace
}  // namespace server
