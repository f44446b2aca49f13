// What stands at onsets: hits that are named, and onsets by themselves.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "listening.hpp"

namespace {

using models::Answer;
using models::Heard;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using namespace tests;

models::Card hits_card(std::vector<std::pair<std::string, std::string>> options = {{"does", "loud"}}) {
  auto card = listening_card(std::move(options));
  card.methods = {listening("hits", Answer::kHits), listening("onsets", Answer::kOnsets)};
  return card;
}

/// Struck at 0.5 s, 1.0 s and 1.25 s.
std::vector<float> three_strokes(double rate, double seconds = 2) {
  const auto at = [&](double second) { return static_cast<std::size_t>(second * rate); };
  return struck(at(seconds), {at(0.5), at(1.0), at(1.25)}, rate);
}

void expect_near(const std::vector<Heard>& events, std::vector<double> seconds, double rate) {
  ASSERT_EQ(events.size(), seconds.size());
  for (std::size_t i = 0; i < events.size(); ++i) {
    EXPECT_NEAR(static_cast<double>(events[i].at) / rate, seconds[i], 0.005) << i;
    EXPECT_EQ(events[i].kind, Heard::Kind::kHit);
    EXPECT_GT(events[i].value, 0.2F);
    EXPECT_LE(events[i].value, 1);
  }
}

TEST(ClassifierHits, StandAtTheirOnsetsWithNameVelocityAndScore) {
  auto card = hits_card();
  card.listen.before = 80;
  Ear ear(card);
  ear.hear(three_strokes(8000));
  expect_near(ear.out.events, {0.5, 1.0, 1.25}, 8000);
  for (const auto& event : ear.out.events) {
    EXPECT_EQ(event.name, "quiet");  // 0.1 s of a noise that decays in 0.02 s
    EXPECT_GT(event.score, 0.5F);
    EXPECT_LT(event.score, 0.9F);
    EXPECT_EQ(event.duration, 800);
    EXPECT_EQ(event.rank, 1);
  }
}

TEST(ClassifierHits, OnsetsAloneNeedNoScript) {
  Ear ear(hits_card({{"does", "throw"}, {"when", "0"}}), {8000, 1}, 1);
  ear.hear(three_strokes(8000));
  expect_near(ear.out.events, {0.5, 1.0, 1.25}, 8000);
  EXPECT_EQ(ear.out.events[0].name, "onset");
  EXPECT_EQ(ear.out.events[0].score, 1);
  EXPECT_EQ(ear.out.events[0].duration, 0);
}

class HitsAtRate : public testing::TestWithParam<double> {};
TEST_P(HitsAtRate, PiecesMakeNoDifference) {
  const double rate = GetParam();
  const auto samples = three_strokes(rate);
  for (const std::size_t method : {0U, 1U}) {
    Ear whole(hits_card(), {rate, 1}, method);
    whole.hear(samples);
    expect_near(whole.out.events, {0.5, 1.0, 1.25}, rate);
    for (const std::size_t piece : {1U, 13U, 512U, 65536U}) {
      if (piece == 1 && rate > 48000) continue;
      Ear pieces(hits_card(), {rate, 1}, method);
      pieces.hear(samples, piece);
      EXPECT_EQ(pieces.out.events, whole.out.events) << piece;
    }
  }
}
INSTANTIATE_TEST_SUITE_P(Rates, HitsAtRate, testing::Values(8000, 44100, 48000, 192000));

/// What the script was given can be seen: its first output is the RMS of the part before the onset.
TEST(ClassifierHits, TheirWindowBeginsSoMuchBeforeTheOnset) {
  auto card = hits_card({{"does", "parts"}});
  card.listen.before = 400;
  Ear ear(card);
  ear.hear(three_strokes(8000));
  ASSERT_THAT(ear.out.events, SizeIs(3));
  EXPECT_EQ(ear.out.events[0].name, "loud");  // the second half of the window
  card.listen.before = 0;
  Ear none(card);
  none.hear(three_strokes(8000));
  EXPECT_EQ(none.out.events.at(0).name, "quiet");
}

TEST(ClassifierHits, BeforeTheFirstSampleIsSilence) {
  auto card = hits_card();
  card.listen.before = 700;
  Ear ear(card);
  ear.hear(struck(8000, {80}, 8000));
  EXPECT_THAT(ear.out.events, SizeIs(1));
  EXPECT_GT(ear.out.events.at(0).score, 0.5F);
}

TEST(ClassifierHits, SeveralNamesOfOneAreToldOnlyWhenAskedFor) {
  Ear ear(hits_card());
  ASSERT_TRUE(ear.stream->set("top", std::vector<models::Value>{2}));
  ear.hear(struck(8000, {4000}, 8000));
  ASSERT_THAT(ear.out.events, SizeIs(2));
  EXPECT_EQ(ear.out.events[1].rank, 2);
  EXPECT_EQ(ear.out.events[1].at, ear.out.events[0].at);
  EXPECT_EQ(ear.out.events[1].value, ear.out.events[0].value);
}

TEST(ClassifierHits, BelowTheThresholdNothingIsTold) {
  Ear ear(hits_card());
  ASSERT_TRUE(ear.stream->set("threshold", std::vector<models::Value>{0.99F}));
  ear.hear(three_strokes(8000));
  EXPECT_THAT(ear.out.events, IsEmpty());
}

TEST(ClassifierHits, ASoftStrokeNeedsSensitivity) {
  auto samples = struck(8000, {4000}, 8000);
  std::uint32_t random = 1;
  for (float& sample : samples) {
    random = random * 1664525U + 1013904223U;
    sample = 0.01F * sample + 0.0015F * (static_cast<float>(random >> 8U) / 8388608.0F - 1);
  }
  const auto count = [&](float sensitivity) {
    Ear ear(hits_card(), {8000, 1}, 1);
    EXPECT_TRUE(ear.stream->set("sensitivity", std::vector<models::Value>{sensitivity}));
    ear.hear(samples);
    return ear.out.events.size();
  };
  EXPECT_LE(count(0), count(1));
  EXPECT_GE(count(1), 1u);
}

TEST(ClassifierHits, OfEachChannelComeInTheOrderOfTheirTime) {
  auto card = hits_card();
  card.listen.each_channel = true;
  const auto left = struck(16000, {4000, 12000}, 8000), right = struck(16000, {8000}, 8000);
  std::vector<float> stereo(32000);
  for (std::size_t i = 0; i < 16000; ++i) {
    stereo[2 * i] = left[i];
    stereo[2 * i + 1] = right[i];
  }
  for (const std::size_t piece : {2U, 1000U, 100000U}) {
    Ear ear(card, {8000, 2});
    ear.hear(stereo, piece);
    expect_near(ear.out.events, {0.5, 1.0, 1.5}, 8000);
    std::vector<int> channels;
    for (const auto& event : ear.out.events) channels.push_back(event.channel);
    EXPECT_THAT(channels, ElementsAre(1, 2, 1));
  }
}

TEST(ClassifierHits, TheEndAnswersWhatWaitsAndMakesNothingUp) {
  for (const double rate : {8000.0, 48000.0}) {
    const auto samples = three_strokes(rate, 1.27);  // ends 20 ms into the last stroke
    for (const std::size_t method : {0U, 1U}) {
      Ear ear(hits_card(), {rate, 1}, method);
      ear.hear(samples);
      expect_near(ear.out.events, {0.5, 1.0, 1.25}, rate);
    }
    for (int cut = 0; cut < 24; ++cut) {  // a tone that stops anywhere in its period is no attack
      Ear tone(hits_card(), {rate, 1}, 1);
      auto samples_of_tone = sine(static_cast<std::size_t>(rate) + static_cast<std::size_t>(cut) * 3, 110, rate, 0.7);
      for (std::size_t i = 0; i < static_cast<std::size_t>(rate / 2); ++i) {  // and fades in
        samples_of_tone[i] *= static_cast<float>(static_cast<double>(i) / (rate / 2));
      }
      tone.hear(samples_of_tone);
      for (const auto& event : tone.out.events) EXPECT_LT(static_cast<double>(event.at), 0.9 * rate) << cut;
    }
  }
}

TEST(ClassifierHits, AfterAResetTheyAreTheSame) {
  const auto samples = three_strokes(44100);
  Ear ear(hits_card(), {44100, 1});
  ear.hear(samples);
  const auto first = ear.out.events;
  ear.out.clear();
  ear.stream->reset();
  ear.hear(samples, 777);
  EXPECT_EQ(ear.out.events, first);
}

TEST(ClassifierHits, AreToldWhenTheirLookaheadHasPassed) {
  for (const std::size_t method : {0U, 1U}) {
    for (const double rate : {8000.0, 48000.0}) {
      Ear ear(hits_card(), {rate, 1}, method);
      std::int64_t pushed = 0;
      for (const float sample : struck(static_cast<std::size_t>(rate), {static_cast<std::size_t>(rate / 2)}, rate)) {
        ear.push({&sample, 1});
        if (!ear.out.events.empty()) break;
        ++pushed;
      }
      ASSERT_THAT(ear.out.events, SizeIs(1));
      const auto due = ear.out.events[0].at + ear.stream->lookahead();
      EXPECT_LE(pushed, due);
      EXPECT_GE(pushed, due - static_cast<std::int64_t>(rate / 8000) - 1);
    }
  }
}

TEST(ClassifierHits, LoseOnlyThePieceInWhichTheScriptFailed) {
  Ear ear(hits_card({{"does", "throw"}, {"when", "0.5"}}));
  auto samples = three_strokes(8000);
  EXPECT_EQ(ear.push(samples), "fine");
  EXPECT_THAT(ear.out.events, SizeIs(3));
}

}  // namespace
