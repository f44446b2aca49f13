// One line of input out of messages that UDP doubled, lost and mixed up.
#include "server/core/input_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

constexpr double kRate = 1000;  // so that 20 ms are 20 frames

Input input(std::int64_t at, std::size_t frames, float value = 1, int channels = 1) {
  return {{at}, channels, std::vector<float>(frames * static_cast<std::size_t>(channels), value), 0, false};
}

/// What came out, as samples on their positions.
struct Line {
  InputLine line{kRate};
  InputLine::Outcome out;

  void take(std::int32_t seq, Input one) { line.take(seq, std::move(one), out); }
  std::string text() const {
    std::string text;
    for (const auto& one : out.ready) {
      text += (text.empty() ? "" : " ") + std::string(one.begins ? "|" : "") + std::to_string(one.at.units) + "+" +
              std::to_string(one.frames()) + (one.samples.empty() ? "s" : "");
    }
    return text;
  }
};

TEST(InputLine, PassesOnWhatComesInOrder) {
  Line line;
  line.take(1, input(100, 10));
  line.take(2, input(110, 5));
  EXPECT_EQ(line.text(), "|100+10 110+5");
  EXPECT_THAT(line.out.missing, IsEmpty());
  EXPECT_EQ(line.out.complaint, "");
}

TEST(InputLine, PutsMixedUpMessagesBackInOrder) {
  Line line;
  line.take(2, input(10, 10));
  EXPECT_EQ(line.text(), "");
  line.take(1, input(0, 10));
  line.take(4, input(30, 10));
  line.take(3, input(20, 10));
  EXPECT_EQ(line.text(), "|0+10 10+10 20+10 30+10");
  EXPECT_THAT(line.out.missing, IsEmpty());
}

TEST(InputLine, DropsDoubles) {
  Line line;
  line.take(1, input(0, 10));
  line.take(1, input(0, 10));
  line.take(3, input(20, 10));
  line.take(3, input(20, 10));
  line.take(2, input(10, 10));
  line.take(2, input(10, 10));
  EXPECT_EQ(line.text(), "|0+10 10+10 20+10");
  EXPECT_EQ(line.line.late(), 3U);
  EXPECT_EQ(line.out.complaint, "");
}

TEST(InputLine, WhatStaysMissingBecomesSilenceOfTheSameLength) {
  Line line;
  line.take(1, input(0, 10));
  line.take(4, input(30, 10));
  EXPECT_EQ(line.text(), "|0+10") << "10 frames of later input are less than 20";
  line.take(5, input(40, 10));
  EXPECT_EQ(line.text(), "|0+10 10+20s 30+10 40+10");
  EXPECT_THAT(line.out.missing, ElementsAre(Pair(2, 3)));
  line.take(2, input(10, 10));
  EXPECT_EQ(line.text(), "|0+10 10+20s 30+10 40+10") << "too late";
}

TEST(InputLine, WaitsAsLongAsItWasTold) {
  Line line;
  line.line.set_reorder(100);
  line.take(1, input(0, 10));
  line.take(3, input(20, 90));
  EXPECT_EQ(line.text(), "|0+10");
  line.take(4, input(110, 10));
  EXPECT_EQ(line.text(), "|0+10 10+10s 20+90 110+10");
}

TEST(InputLine, TwoHolesAreTwoGaps) {
  Line line;
  line.take(1, input(0, 10));
  line.take(3, input(20, 10));
  line.take(5, input(40, 10));
  EXPECT_THAT(line.out.missing, ElementsAre(Pair(2, 2)));
  line.take(6, input(50, 10));
  EXPECT_THAT(line.out.missing, ElementsAre(Pair(2, 2), Pair(4, 4)));
  EXPECT_EQ(line.text(), "|0+10 10+10s 20+10 30+10s 40+10 50+10");
}

TEST(InputLine, AFirstMessageThatIsMissingMovesNothing) {
  Line line;
  line.take(2, input(10, 30));
  EXPECT_THAT(line.out.missing, ElementsAre(Pair(1, 1)));
  EXPECT_EQ(line.text(), "|10+30") << "nobody knows where number 1 began";
  Line far;
  far.take(4000, input(10, 10));
  EXPECT_EQ(far.text(), "|10+10") << "a host that goes on counting after a restart of the daemon";
  EXPECT_THAT(far.out.missing, IsEmpty());
}

TEST(InputLine, AHoleBetweenPositionsIsSilenceWithoutAGap) {
  Line line;
  line.take(1, input(0, 10));
  line.take(2, input(500, 10));
  EXPECT_EQ(line.text(), "|0+10 10+490s 500+10");
  EXPECT_THAT(line.out.missing, IsEmpty());
}

// Ten seconds in one piece were one job, and kept a worker from everybody else.
TEST(InputLine, ALongSilenceComesInPieces) {
  Line line{InputLine(4000), {}};
  line.take(1, input(0, 10));
  line.take(2, input(40'000, 10));
  EXPECT_EQ(line.text(), "|0+10 10+16384s 16394+16384s 32778+7222s 40000+10");
}

TEST(InputLine, AFarJumpIsANewBeginning) {
  Line line;
  line.take(1, input(0, 10));
  line.take(2, input(10'011, 10));
  EXPECT_EQ(line.text(), "|0+10 |10011+10");
  EXPECT_THAT(line.out.complaint, HasSubstr("position 10011 is far after 10"));
}

TEST(InputLine, APositionThatGoesBackIsANewBeginning) {
  Line line;
  line.take(1, input(100, 10));
  line.take(2, input(0, 10));
  EXPECT_EQ(line.text(), "|100+10 |0+10");
  EXPECT_THAT(line.out.complaint, HasSubstr("position 0 follows 110; it is heard as a new beginning"));
}

TEST(InputLine, AnotherNumberOfChannelsIsANewBeginning) {
  Line line;
  line.take(1, input(0, 10, 1, 2));
  line.take(2, input(10, 10, 1, 1));
  EXPECT_EQ(line.text(), "|0+10 |10+10");
  EXPECT_THAT(line.out.complaint, HasSubstr("1 channels follows 2"));
}

TEST(InputLine, ANumberThatGoesBackIsToldAndPassedOver) {
  Line line;
  line.take(1, input(0, 10));
  for (int seq = 2; seq <= 500; ++seq) line.take(seq, input(seq * 10 - 10, 10));
  const auto before = line.text();
  line.take(1, input(5000, 10));
  EXPECT_EQ(line.text(), before);
  EXPECT_THAT(line.out.complaint, HasSubstr("message 1 came, 501 is next; it is passed over"));
  line.out.complaint.clear();
  line.line.restart();
  line.take(1, input(5000, 10));
  EXPECT_EQ(line.text(), before + " |5000+10");
}

TEST(InputLine, NumberZeroMeansThatTheHostDoesNotCount) {
  Line line;
  line.take(0, input(0, 10));
  line.take(0, input(10, 10));
  line.take(0, input(25, 10));
  EXPECT_EQ(line.text(), "|0+10 10+10 20+5s 25+10");
}

TEST(InputLine, CountsOnOverTheEndOfTheNumbers) {
  for (const bool with_zero : {false, true}) {
    Line line;
    line.line.restart();
    line.take(0xffffff, input(0, 10));
    if (with_zero) line.take(0, input(10, 10));
    line.take(1, input(with_zero ? 20 : 10, 10));
    line.take(2, input(with_zero ? 30 : 20, 10));
    EXPECT_EQ(line.text(), with_zero ? "|0+10 10+10 20+10 30+10" : "|0+10 10+10 20+10");
    EXPECT_THAT(line.out.missing, IsEmpty());
  }
}

TEST(InputLine, EmptyMessagesCountAndCarryNothing) {
  Line line;
  line.take(1, input(0, 10));
  line.take(2, input(10, 0));
  line.take(3, input(10, 10));
  EXPECT_EQ(line.text(), "|0+10 10+10");
}

TEST(InputLine, HoldsAFewMessagesAtMost) {
  Line line;
  line.line.set_reorder(1'000'000'000);
  line.take(1, input(0, 1));
  for (int seq = 3; seq < 3 + static_cast<int>(InputLine::kWaiting); ++seq) line.take(seq, input(seq, 1));
  EXPECT_THAT(line.out.missing, ElementsAre(Pair(2, 2)));
}

// Whatever the order within the time that is waited, and whatever comes twice: the same line.
TEST(InputLine, GivesTheSameLineForEveryOrderWithinTheWait) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    std::mt19937 random(seed);
    std::vector<std::pair<std::int32_t, Input>> messages;
    for (int i = 0; i < 60; ++i) messages.emplace_back(i + 1, input(i * 4, 4, static_cast<float>(i)));
    for (std::size_t first = 0; first < messages.size(); first += 4) {
      std::shuffle(messages.begin() + static_cast<std::ptrdiff_t>(first),
                   messages.begin() + static_cast<std::ptrdiff_t>(first + 4), random);
    }
    Line line;
    for (const auto& [seq, one] : messages) {
      line.take(seq, one);
      if (random() % 3 == 0) line.take(seq, one);
    }
    ASSERT_EQ(line.out.ready.size(), 60U) << "seed " << seed;
    for (std::size_t i = 0; i < 60; ++i) {
      ASSERT_EQ(line.out.ready[i].at.units, static_cast<std::int64_t>(i) * 4) << "seed " << seed;
      ASSERT_EQ(line.out.ready[i].samples.front(), static_cast<float>(i)) << "seed " << seed;
    }
    ASSERT_THAT(line.out.missing, IsEmpty()) << "seed " << seed;
  }
}

}  // namespace
}  // namespace server
