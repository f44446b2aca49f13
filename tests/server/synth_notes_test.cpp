// Notes as scsynth gets them: bytes, time tags, node ids.
#include "server/core/synth_notes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/osc.hpp"

namespace server {
namespace {

using namespace std::chrono_literals;
using support::bundle;
using support::osc;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using Source = SynthControl::Source;

constexpr base::Duration kZero = 1795000000s;

SynthConfig bell() {
  SynthConfig config;
  config.synth = "bell";
  config.controls = {{"freq", Source::kHz}, {"pan", Source::kConstant, 0.25F}};
  config.group = 7;
  config.action = 1;
  return config;
}

/// So many 48000ths after kZero, as NTP has it.
std::uint64_t tag(std::int64_t units) {
  const auto seconds = std::uint64_t{2208988800} + 1795000000 + static_cast<std::uint64_t>(units / 48000);
  const auto over = static_cast<std::uint64_t>(units % 48000);
  return (seconds << 32) + (over << 32) / 48000;
}

class Notes : public testing::Test {
 public:
  void begin(SynthConfig with = bell()) {
    config = std::move(with);
    notes.begin(kZero, 0s);
  }
  void add(std::int64_t at, std::int64_t duration, int pitch = 69) {
    notes.add({1, base::Position{at}, duration, pitch, 127, 1});
  }
  std::size_t send(base::Duration at) {
    sent.clear();
    return notes.send_due(kZero + at, take());
  }
  void cut(base::Duration at) {
    sent.clear();
    notes.cut(kZero + at, take());
  }
  SynthNotes::Send take() {
    return [this](protocol::Bytes packet) {
      sent.emplace_back(reinterpret_cast<const char*>(packet.data()), packet.size());
    };
  }
  /// The time tag of a bundle, in 48000ths after kZero, and what is over in 2^-32 s.
  static std::pair<std::int64_t, std::int64_t> time_of(const support::Packet& packet) {
    std::uint64_t time = 0;
    for (std::size_t i = 8; i < 16; ++i) time = time << 8 | static_cast<unsigned char>(packet[i]);
    const auto since = time - tag(0);
    const auto units =
        static_cast<std::int64_t>((since >> 32) * 48000 + (((since & 0xffffffffU) * 48000 + (1U << 31)) >> 32));
    return {units, static_cast<std::int64_t>(time) - static_cast<std::int64_t>(tag(units))};
  }

  SynthConfig config;
  NodeIds nodes;
  SynthNotes notes{config, nodes};
  std::vector<support::Packet> sent;
};

support::Packet with_time(support::Packet packet, std::uint64_t time) {
  packet.replace(
      8, 8, support::word(static_cast<std::uint32_t>(time >> 32)) + support::word(static_cast<std::uint32_t>(time)));
  return packet;
}

TEST_F(Notes, AreABundleEachForTheirBeginningAndTheirEnd) {
  begin();
  add(48000, 24000);
  send(800ms);
  const int node = NodeIds::kFirst;
  EXPECT_THAT(
      sent, ElementsAre(with_time(bundle({osc("/s_new", "bell", node, 1, 7, "freq", 440.0, "pan", 0.25)}), tag(48000)),
                        with_time(bundle({osc("/error", -1), osc("/n_set", node, "gate", 0.0), osc("/error", -2)}),
                                  tag(72000))));
}

TEST_F(Notes, LeaveOneLookaheadBeforeTheirTimeAndNoSooner) {
  begin();
  add(48000, 24000);
  EXPECT_EQ(*notes.next(), kZero + 800ms);
  send(800ms - 1ns);
  EXPECT_THAT(sent, IsEmpty());
  send(800ms);
  EXPECT_THAT(sent, SizeIs(2));
  EXPECT_FALSE(notes.next());
}

TEST_F(Notes, StandWithinAFewNanosecondsOfTheirPositionHoweverLongItPlays) {
  begin();
  for (const std::int64_t at : {0L, 1L, 47999L, 48001L, 1000003L, 48000L * 3600 * 24 * 30 + 7}) {
    add(at, 1);
    send(notes.time(at) - kZero - 1ms);
    ASSERT_THAT(sent, SizeIs(2)) << at;
    const auto [units, over] = time_of(sent.front());
    EXPECT_EQ(units, at);
    EXPECT_LE(std::abs(over), 6) << at << ": in 2^-32 s, of which 4.3 are a nanosecond";
  }
}

TEST_F(Notes, PositionsAndTimesAreEachOther) {
  begin();
  for (const std::int64_t at : {-48001L, -9600L, -1L, 0L, 1L, 47999L, 123456789L}) {
    EXPECT_NEAR(static_cast<double>(notes.position(notes.time(at))), static_cast<double>(at), 1);
  }
  EXPECT_EQ(notes.time(-9600), kZero - 200ms);
}

TEST_F(Notes, GiveTheControlsWhatTheyAsk) {
  auto all = bell();
  all.controls = {{"a", Source::kPitch},
                  {"b", Source::kVelocity},
                  {"c", Source::kAmp},
                  {"d", Source::kSeconds},
                  {"e", Source::kVoice}};
  all.gate.clear();
  begin(all);
  notes.add({1, base::Position{0}, 12000, 60, 64, 3});
  send(0s - 1ms);
  ASSERT_THAT(sent, SizeIs(1)) << "its SynthDef ends it";
  EXPECT_EQ(sent.front(), with_time(bundle({osc("/s_new", "bell", static_cast<int>(NodeIds::kFirst), 1, 7, "a", 60.0,
                                                "b", 64.0, "c", 64 / 127.0, "d", 0.25, "e", 3.0)}),
                                    tag(0)));
}

TEST_F(Notes, ThatAreOverAreLeftOutAndCounted) {
  begin();
  add(0, 48000);
  add(100, 48000);
  add(48000, 48000);
  EXPECT_EQ(send(1s - 1ms), 2U);
  EXPECT_THAT(sent, SizeIs(2));
}

TEST_F(Notes, EndAtTheCutAndNoneBeginsAfterIt) {
  begin();
  add(0, 48000);
  add(6000, 4800);
  add(12000, 48000);
  send(0s - 1ms);  // all that begin within 199 ms
  EXPECT_THAT(sent, SizeIs(4));
  cut(190ms);
  const auto ends = [](int node) {
    return bundle({osc("/error", -1), osc("/n_set", node, "gate", 0.0), osc("/error", -2)});
  };
  ASSERT_THAT(sent, SizeIs(2));
  EXPECT_EQ(with_time(sent[0], 1), ends(NodeIds::kFirst));
  EXPECT_EQ(time_of(sent[0]).first, 9120);
  send(10s);
  EXPECT_THAT(sent, IsEmpty()) << "what waited is gone";
}

TEST_F(Notes, ThatHaveEndedAreNotCut) {
  begin();
  add(0, 4800);
  send(0s - 1ms);
  cut(300ms);
  EXPECT_THAT(sent, IsEmpty());
}

TEST_F(Notes, GoOnEvenlyWhereTheCalendarIsSetAndFollowItWhereItIsCorrected) {
  begin();
  notes.follow(20us);
  EXPECT_EQ(notes.time(0), kZero) << "a clock that is being corrected";
  notes.follow(1h);
  EXPECT_EQ(notes.time(0), kZero + 1h - 20us);
  notes.follow(1h - 30ms);
  EXPECT_EQ(notes.time(0), kZero + 1h - 20us);
}

TEST(Nodes, AreUsedInTurnAndStayWithinTheirRange) {
  NodeIds nodes{NodeIds::kCount - 1};
  EXPECT_EQ(nodes.take(), NodeIds::kFirst + NodeIds::kCount - 1);
  EXPECT_EQ(nodes.take(), NodeIds::kFirst);
}

}  // namespace
}  // namespace server
