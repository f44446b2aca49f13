// Windows of a stream: where they stand, what is told about them, and that pieces make no difference.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "listening.hpp"

namespace {

using models::Answer;
using models::Heard;
using testing::ElementsAre;
using testing::Field;
using testing::FloatEq;
using testing::FloatNear;
using testing::IsEmpty;
using testing::SizeIs;
using namespace tests;

models::Card mel_card() {
  auto card = listening_card({{"does", "echo"}, {"outputs", "80"}});
  card.methods = {listening("frames", Answer::kFrames)};
  card.listen.window = 1200;
  card.listen.hop = 400;
  auto& front = card.listen.front_end;
  front.kind = models::FrontEndCard::Kind::kLogMel;
  front.window = front.fft = 400;
  front.hop = 200;
  front.mels = 16;
  front.max = 4000;
  front.floor = 1e-10;
  return card;
}

models::Card with_method(models::Card card, Answer answer) {
  card.methods = {listening("method", answer)};
  return card;
}

/// A second and a bit that is loud, then quiet, then a tone.
std::vector<float> changing(double rate) {
  auto samples = sine(static_cast<std::size_t>(0.4 * rate), 300, rate, 0.9);
  samples.resize(samples.size() + static_cast<std::size_t>(0.3 * rate));
  const auto more = sine(static_cast<std::size_t>(0.53 * rate), 1000, rate, 0.4);
  samples.insert(samples.end(), more.begin(), more.end());
  return samples;
}

TEST(ClassifierStream, AWindowStandsAtEachHop) {
  Ear ear(listening_card());
  auto samples = constant(800, 0.75F);
  samples.resize(1600, 0.0F);
  EXPECT_EQ(ear.push(samples), "fine");
  EXPECT_THAT(ear.places(), ElementsAre(0, 400, 800));
  EXPECT_EQ(ear.out.events[0], (Heard{Heard::Kind::kLabel, 0, 800, "loud", 0.75F, 0.75F, 1, 0}));
  EXPECT_EQ(ear.out.events[2], (Heard{Heard::Kind::kLabel, 800, 800, "quiet", 1, 1, 1, 0}));
}

class AtRate : public testing::TestWithParam<double> {};
TEST_P(AtRate, PiecesMakeNoDifferenceAndPositionsAreThoseOfTheStream) {
  const double rate = GetParam();
  const auto samples = changing(rate);
  for (const std::size_t method : {0U, 1U}) {
    Ear whole(listening_card(), {rate, 1}, method);
    whole.hear(samples);
    const auto& at = method == 0 ? whole.places() : whole.out.frames_at;
    ASSERT_GE(at.size(), 20u);
    for (std::size_t i = 0; i < at.size(); ++i) {
      EXPECT_EQ(at[i], static_cast<std::int64_t>(std::floor(static_cast<double>(i) * 400 * rate / 8000 + 1e-9)));
    }
    // The first 0.4 s are louder than the 0.3 s that follow, whatever the rate.
    if (method == 0) {
      EXPECT_THAT(whole.out.events, testing::Contains(Field(&Heard::name, "loud")));
    }
    for (const std::size_t piece : {1U, 7U, 64U, 441U, 4096U, 4097U, 65536U}) {
      if (piece == 1 && rate > 48000) continue;
      Ear pieces(listening_card(), {rate, 1}, method);
      pieces.hear(samples, piece);
      EXPECT_EQ(pieces.out.events, whole.out.events) << piece;
      EXPECT_EQ(pieces.out.frames, whole.out.frames) << piece;
      EXPECT_EQ(pieces.out.frames_at, whole.out.frames_at) << piece;
    }
  }
}
INSTANTIATE_TEST_SUITE_P(Rates, AtRate,
                         testing::Values(8000, 11025, 16000, 22050, 44100, 44100.5, 48000, 96000, 192000));

TEST(ClassifierStream, FramesAreSharedBetweenWindowsAndSayWhatEachWindowSaysByItself) {
  const auto samples = changing(8000);
  auto card = mel_card();
  for (const bool turned : {false, true}) {
    if (turned) card.listen.shape = {"1", "1", "mels", "frames"};
    Ear ear(card);
    ear.hear(samples, 333);
    const auto model = *models::load(card, quick());
    const auto instance = std::move(*model->instance());
    ASSERT_GT(ear.out.frames_at.size(), 15u);
    EXPECT_EQ(ear.out.width, 80);
    for (std::size_t i = 0; i < ear.out.frames_at.size(); ++i) {
      std::vector<float> alone;
      ASSERT_TRUE(instance->run(0, std::span(samples).subspan(i * 400, 1200), alone));
      EXPECT_EQ(alone, std::vector<float>(&ear.out.frames[i * 80], &ear.out.frames[i * 80] + 80));
    }
  }
}

TEST(ClassifierStream, ATurnedShapeHasARowForEachMel) {
  const auto numbers = [](std::vector<std::string> shape) {
    auto card = mel_card();
    card.listen.shape = std::move(shape);
    Ear ear(card);
    ear.hear(sine(1200, 440, 8000));
    return ear.out.frames;
  };
  const auto frames_first = numbers({"frames", "mels"}), mels_first = numbers({"mels", "frames"});
  ASSERT_THAT(frames_first, SizeIs(80));
  for (std::size_t frame = 0; frame < 5; ++frame) {
    for (std::size_t mel = 0; mel < 16; ++mel) EXPECT_EQ(frames_first[frame * 16 + mel], mels_first[mel * 5 + frame]);
  }
}

TEST(ClassifierStream, WindowsMayLeaveGaps) {
  auto card = mel_card();
  card.listen.hop = 3000;
  Ear ear(card);
  const auto samples = changing(8000);
  ear.hear(samples, 100);
  EXPECT_THAT(ear.out.frames_at, ElementsAre(0, 3000, 6000));
  Ear second(card);
  second.hear(std::span(samples).subspan(3000, 1200));
  EXPECT_EQ(second.out.frames, std::vector<float>(ear.out.frames.begin() + 80, ear.out.frames.begin() + 160));
}

TEST(ClassifierStream, TheBestFewAreToldBestFirstAndOfEqualsTheFirst) {
  auto card = listening_card({{"does", "echo"}});
  card.labels = {"a", "b", "c", "d"};
  card.listen.top = 3;
  card.listen.threshold = 0.25F;
  const auto told = [&](std::vector<float> scores) {
    scores.resize(800);
    Ear ear(card);
    ear.hear(scores);
    std::string text;
    for (const auto& event : ear.out.events) text += std::to_string(event.rank) + event.name;
    return text;
  };
  EXPECT_EQ(told({0.5F, 0.9F, 0.5F, 0.5F}), "1b2a3c");
  EXPECT_EQ(told({0.1F, 0.9F, 0.25F, 0.2F}), "1b2c");
  EXPECT_EQ(told({0.1F, 0.1F, 0.1F, 0.1F}), "");
}

TEST(ClassifierStream, PitchIsToldWithItsConfidenceUnlessThatIsBelowTheThreshold) {
  auto card = with_method(listening_card({{"does", "echo"}}), Answer::kPitch);
  card.listen.threshold = 0.5F;
  card.listen.hop = 800;
  std::vector<float> samples(1600);
  samples[0] = 440;
  samples[1] = 0.9F;
  samples[800] = 220;
  samples[801] = 0.1F;
  Ear ear(card);
  ear.hear(samples);
  EXPECT_THAT(ear.out.events, ElementsAre(Heard{Heard::Kind::kPitch, 0, 800, "", 440, 0.9F, 1, 0}));
}

TEST(ClassifierStream, ChannelsAreMixedToTheirMean) {
  std::vector<float> stereo(1600);
  for (std::size_t i = 0; i < 800; ++i) stereo[2 * i] = 0.5F;
  Ear ear(listening_card(), {8000, 2}, 1);
  ear.hear(stereo);
  EXPECT_THAT(ear.out.frames, ElementsAre(0.75F, 0.25F));
}

TEST(ClassifierStream, EachChannelIsHeardByItselfWhereTheCardSaysSo) {
  auto card = listening_card();
  card.listen.each_channel = true;
  card.listen.hop = 800;
  std::vector<float> stereo(3200);
  for (std::size_t i = 0; i < 1600; ++i) stereo[2 * i + 1] = 1;
  Ear ear(card, {8000, 2});
  ear.hear(stereo, 14);
  const auto told = [](std::int64_t at, const char* name, int channel) {
    return Heard{Heard::Kind::kLabel, at, 800, name, 1, 1, 1, channel};
  };
  EXPECT_THAT(ear.out.events,
              ElementsAre(told(0, "quiet", 1), told(0, "loud", 2), told(800, "quiet", 1), told(800, "loud", 2)));
  Ear frames(card, {8000, 2}, 1);
  frames.hear(stereo, 14);
  EXPECT_EQ(frames.out.width, 4);  // channel 1, then channel 2
  EXPECT_THAT(frames.out.frames, ElementsAre(1, 0, 0, 1, 1, 0, 0, 1));
}

TEST(ClassifierStream, ASoundShorterThanOneWindowIsFilledUpWithSilence) {
  for (const double rate : {8000.0, 48000.0}) {
    Ear ear(listening_card(), {rate, 1}, 1);
    ear.hear(constant(static_cast<std::size_t>(rate / 40), 0.5F));
    ASSERT_THAT(ear.out.frames_at, ElementsAre(0)) << rate;
    EXPECT_THAT(ear.out.frames, ElementsAre(FloatNear(0.75F, 5e-3F), FloatNear(0.25F, 5e-3F)));
  }
}

TEST(ClassifierStream, TheEndAddsNoWindowThatIsNotWithinTheSound) {
  for (const double rate : {8000.0, 44100.0, 48000.0, 192000.0}) {
    for (const int windows : {1, 2, 3}) {
      const auto frames = static_cast<std::size_t>(std::ceil((800 + 400 * (windows - 1)) * rate / 8000));
      Ear exact(listening_card(), {rate, 1});
      exact.hear(constant(frames, 0.5F), 1000);
      EXPECT_THAT(exact.places(), SizeIs(windows)) << rate;
      Ear more(listening_card(), {rate, 1});
      more.hear(constant(frames + static_cast<std::size_t>(rate / 8000 * 399), 0.5F), 1000);
      EXPECT_THAT(more.places(), SizeIs(windows)) << rate;
    }
  }
}

TEST(ClassifierStream, NothingHeardIsNothingTold) {
  Ear ear(listening_card());
  ear.hear({});
  EXPECT_THAT(ear.out.events, IsEmpty());
}

TEST(ClassifierStream, AfterAResetTheNextFrameIsTheFirstAndSettingsStay) {
  const auto samples = changing(44100);
  Ear ear(listening_card(), {44100, 1});
  ASSERT_TRUE(ear.stream->set("top", std::vector<models::Value>{2}));
  ear.hear(samples);
  const auto first = ear.out.events;
  ear.out.clear();
  ear.stream->reset();
  ear.hear(samples, 999);
  EXPECT_EQ(ear.out.events, first);
  EXPECT_EQ(first[1].rank, 2);
}

TEST(ClassifierStream, ItsSettingsActFromTheNextPushOn) {
  Ear ear(listening_card());
  ear.push(constant(800, 0.75F));
  EXPECT_EQ(outcome(ear.stream->set("threshold", std::vector<models::Value>{0.9F})), "fine");
  ear.push(constant(400, 0.75F));
  EXPECT_EQ(outcome(ear.stream->set("top", std::vector<models::Value>{2})), "fine");
  EXPECT_EQ(outcome(ear.stream->set("threshold", std::vector<models::Value>{0})), "fine");
  ear.push(constant(400, 0.75F));
  EXPECT_THAT(ear.places(), ElementsAre(0, 800, 800));
  EXPECT_EQ(*ear.stream->get("top"), std::vector<models::Value>{2});
}

TEST(ClassifierStream, AWrongSettingIsRefusedInASentence) {
  Ear ear(listening_card());
  const auto set = [&](const char* name, std::vector<models::Value> values) {
    return outcome(ear.stream->set(name, values));
  };
  EXPECT_EQ(set("tip", {1}), "404 ear: no setting 'tip'; did you mean 'top'?");
  EXPECT_EQ(set("top", {3}), "400 ear: top is 3; its range is 1..2");
  EXPECT_EQ(set("top", {1.5F}), "400 ear: top takes a whole number");
  EXPECT_EQ(set("top", {}), "400 ear: top takes 1 value, 0 came");
  EXPECT_EQ(set("threshold", {2}), "400 ear: threshold is 2; its range is 0..1");
  EXPECT_EQ(outcome(ear.stream->get("sensitivity")), "404 ear: no setting 'sensitivity'; it has top, threshold");
  EXPECT_EQ(*ear.stream->get("top"), std::vector<models::Value>{1});
}

TEST(ClassifierStream, HalfAFrameIsRefused) {
  Ear ear(listening_card(), {8000, 2});
  EXPECT_EQ(ear.push(constant(3, 0)), "400 ear: a frame has 2 numbers; 3 are no whole frames");
}

TEST(ClassifierStream, WhatComesAfterAFailureIsHeard) {
  Ear ear(listening_card({{"does", "throw"}, {"when", "0.5"}}));
  auto samples = constant(800, 0.25F);
  samples[400] = 0.5F;  // the first number of the second window
  EXPECT_EQ(ear.push(samples), "fine");
  EXPECT_EQ(ear.push(constant(800, 0.125F)), "500 ear: forward raised: the fake raised, as asked");
  EXPECT_EQ(ear.push(constant(400, 0.25F)), "fine");
  EXPECT_THAT(ear.places(), ElementsAre(0, 800, 1200)) << "only the window at fault is lost";
}

TEST(ClassifierStream, AnAnswerComesWhenItsLookaheadHasPassedAndNotLater) {
  for (const double rate : {8000.0, 44100.0, 48000.0, 96000.0}) {
    Ear ear(listening_card(), {rate, 1});
    const auto wait = ear.stream->lookahead();
    std::int64_t pushed = 0;
    for (std::size_t told = 0; told < 4; ++pushed) {
      ear.push(constant(1, 0.5F));
      for (; told < ear.out.events.size(); ++told) EXPECT_LE(pushed, ear.out.events[told].at + wait) << rate;
      ASSERT_LT(pushed, 10 * rate);
    }
    EXPECT_GE(pushed, ear.out.events.back().at + wait - 1) << rate;
  }
}

TEST(ClassifierStream, TheShapeOfTheTensorIsThatOfTheCard) {
  auto card = listening_card({{"does", "echo"}});
  card.listen.shape = {"1", "2", "400"};
  Ear ear(card);
  ear.hear(constant(800, 0.5F));
  EXPECT_THAT(ear.out.events, SizeIs(1));
}

}  // namespace
