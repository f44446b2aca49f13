// Kind stream with the fake engine: blocks, positions, rates, failures.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "cards.hpp"

namespace tests {
namespace {

using models::Answer;
using models::StreamOutput;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Eq;
using ::testing::HasSubstr;
using ::testing::SizeIs;

models::MethodCard streaming(std::string name, models::StreamForm form) {
  models::MethodCard made;
  made.name = std::move(name);
  made.answer = Answer::kStream;
  made.form = form;
  return made;
}

models::Card stream_card(models::StreamForm form, std::vector<std::pair<std::string, std::string>> options = {}) {
  models::Card card;
  card.name = "voice";
  card.kind = "stream";
  card.engine = "fake";
  card.model_rate = 48000;
  card.methods = {streaming("forward", form)};
  card.options = std::move(options);
  return card;
}

std::vector<float> ramp(std::size_t count) {
  std::vector<float> out(count);
  std::iota(out.begin(), out.end(), 1.0F);
  for (float& x : out) x /= 65536;
  return out;
}

struct Session {
  std::shared_ptr<const models::Model> model;
  std::unique_ptr<models::Instance> instance;
  std::unique_ptr<models::Stream> stream;
  StreamOutput out;
  std::string said = "ok";

  explicit Session(const models::Card& card, double rate = 48000) {
    auto loaded = models::load(card, {.warmup = 3, .measure = std::chrono::milliseconds(0)});
    EXPECT_TRUE(loaded) << outcome(loaded);
    if (!loaded) return;
    model = *loaded;
    instance = std::move(*model->instance());
    auto made = model->stream(0, {rate, model->methods()[0].in_channels});
    EXPECT_TRUE(made) << outcome(made);
    if (made) stream = std::move(*made);
  }
  void push(std::span<const float> frames, std::size_t piece) {
    const auto size = piece * static_cast<std::size_t>(model->methods()[0].in_channels);
    for (std::size_t at = 0; at < frames.size(); at += size) {
      const auto status = stream->push(*instance, frames.subspan(at, std::min(size, frames.size() - at)), out);
      if (!status) said = status.error().message;
    }
  }
  std::int64_t frames() const {
    std::int64_t count = 0;
    for (const auto& one : out.stretches) count += one.count;
    return count;
  }
};

TEST(BlockStream, WhatComesOutDoesNotDependOnThePieces) {
  const auto sound = ramp(4000);
  Session whole(stream_card({1, 1, 1, 1}, {{"does", "count"}}));
  whole.push(sound, sound.size());
  EXPECT_EQ(whole.frames(), 3584);  // seven blocks of 512
  for (const std::size_t piece : {1U, 17U, 512U, 513U}) {
    Session pieces(stream_card({1, 1, 1, 1}, {{"does", "count"}}));
    pieces.push(sound, piece);
    EXPECT_EQ(pieces.out.frames, whole.out.frames) << piece;
    EXPECT_EQ(pieces.out.stretches, whole.out.stretches) << piece;
  }
}

TEST(BlockStream, ChannelsStayWhereTheyAre) {
  Session session(stream_card({2, 1, 2, 1}));
  const auto sound = ramp(2048);
  session.push(sound, 100);
  EXPECT_EQ(session.out.frames, sound);
  EXPECT_EQ(session.out.width, 2);
}

TEST(BlockStream, FramesStandAtTheirFirstSample) {
  Session encode(stream_card({1, 1, 3, 64}), 48000);
  encode.push(ramp(1024), 1024);
  ASSERT_THAT(encode.out.stretches, SizeIs(1));
  EXPECT_EQ(encode.frames(), 16);
  EXPECT_EQ(encode.out.stretches[0].position(5), 320);
  EXPECT_EQ(encode.out.frames[3], ramp(65)[64]);
  Session decode(stream_card({3, 64, 1, 1}));
  decode.push(ramp(3 * 16), 1);
  EXPECT_EQ(decode.frames(), 1024);
  EXPECT_EQ(decode.out.frames[64], ramp(4)[3]);
}

TEST(BlockStream, FramesOfAnotherRateStandRoundedDown) {
  Session encode(stream_card({1, 1, 3, 64}), 44100);
  encode.push(ramp(44100), 441);
  ASSERT_FALSE(encode.out.stretches.empty());
  EXPECT_EQ(encode.out.stretches[0].position(5), 294);      // 5 · 64 · 44100 / 48000
  EXPECT_EQ(encode.out.stretches[0].position(1), 58);       // 58.8
  EXPECT_EQ(encode.out.stretches[0].position(750), 44100);  // exactly a second
}

TEST(BlockStream, SoundOfAnotherRateComesBackAtItsOwnAndInPlace) {
  Session session(stream_card({1, 1, 1, 1}), 44100);
  std::vector<float> sine(22050);
  for (std::size_t i = 0; i < sine.size(); ++i) sine[i] = std::sin(0.05F * static_cast<float>(i));
  session.push(sine, 321);
  ASSERT_GT(session.out.frames.size(), 20000u);
  float worst = 0;
  for (std::size_t i = 1000; i < session.out.frames.size(); ++i) {
    worst = std::max(worst, std::abs(session.out.frames[i] - sine[i]));
  }
  EXPECT_LT(worst, 1e-3F);
  EXPECT_EQ(session.out.stretches[0].position(7), 7);
}

TEST(BlockStream, TakesTheBlockThatItIsTold) {
  Session session(stream_card({1, 1, 1, 1}));
  EXPECT_EQ(session.stream->lookahead(), 511);
  ASSERT_TRUE(session.stream->set("block", std::vector<models::Value>{64}));
  EXPECT_EQ(session.stream->lookahead(), 63);
  session.push(ramp(100), 100);
  EXPECT_EQ(session.frames(), 64);
  EXPECT_THAT(*session.stream->get("block"), ElementsAre(models::Value(64)));
  EXPECT_FALSE(session.stream->set("block", std::vector<models::Value>{0}));
  EXPECT_FALSE(session.stream->set("blocks", std::vector<models::Value>{64}));
}

TEST(BlockStream, ABlockThatFailsIsSilenceAndTheRestGoesOn) {
  for (const std::string does : {"throw", "nan", "shape"}) {
    Session session(stream_card({1, 1, 1, 1}, {{"does", does}, {"when", "0.5"}}));
    std::vector<float> sound(1536, 0.25F);
    sound[512] = 0.5F;
    session.push(sound, 1536);
    EXPECT_THAT(session.said, HasSubstr("voice: forward ")) << does;
    EXPECT_EQ(session.frames(), 1536) << does;
    EXPECT_THAT(std::span(session.out.frames).subspan(512, 512), Each(Eq(0.0F))) << does;
    EXPECT_EQ(session.out.frames[1024], 0.25F) << does;
  }
}

TEST(BlockStream, RestsWithSilence) {
  Session session(stream_card({1, 1, 2, 1}, {{"does", "throw"}, {"when", "0.5"}}));
  session.stream->rest(std::vector<float>(512, 0.5F), session.out);
  EXPECT_EQ(session.frames(), 512);
  EXPECT_THAT(session.out.frames, Each(Eq(0.0F)));
}

TEST(BlockStream, ASoundThatEndsComesOutWhole) {
  Session session(stream_card({1, 1, 1, 1}));
  const auto sound = ramp(1300);
  session.push(sound, 1300);
  EXPECT_EQ(session.frames(), 1024);
  ASSERT_TRUE(session.stream->finish(*session.instance, session.out));
  EXPECT_EQ(session.out.frames, sound);
  EXPECT_EQ(session.frames(), 1300);
}

TEST(BlockStream, TheWrongNumberOfChannelsIsRefusedWithTheRightOne) {
  Session session(stream_card({2, 1, 1, 1}));
  const auto wrong = session.model->stream(0, {48000, 3});
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().message, "voice: forward takes 2 channels; 3 came");
}

/// Echoes, times `gain`; at 1000 samples per second, so that two seconds are short.
models::Card gain_card(float gain, std::vector<std::pair<std::string, std::string>> options = {}) {
  auto card = stream_card({1, 1, 1, 1}, std::move(options));
  card.model_rate = 1000;
  card.stream.block = 50;
  card.attributes = {attribute("gain", "f", {models::Value(gain)})};
  return card;
}

TEST(HandOver, ListensThenFadesAndTakesOver) {
  Session session(gain_card(1), 1000), other(gain_card(3), 1000);
  const std::vector<float> sound(2200, 0.25F);
  session.push(std::span(sound).first(25), 25);  // in the midst of a block
  session.stream->hand_over(other.model, 0, std::move(other.instance));
  EXPECT_NE(session.stream->next(), nullptr);
  session.push(std::span(sound).subspan(25), 333);
  EXPECT_THAT(std::span(session.out.frames).first(2000), Each(Eq(0.25F)));
  for (std::size_t i = 2001; i < 2050; ++i) {
    EXPECT_GT(session.out.frames[i], session.out.frames[i - 1]) << i;
    EXPECT_LT(session.out.frames[i], 0.75F) << i;
  }
  EXPECT_THAT(std::span(session.out.frames).subspan(2050), Each(Eq(0.75F)));
  EXPECT_EQ(session.frames(), 2200);
  EXPECT_NE(session.stream->taken_over(), nullptr);
  EXPECT_EQ(session.stream->taken_over(), nullptr);
  EXPECT_EQ(session.stream->next(), nullptr);
}

TEST(HandOver, OfAModelToItselfCannotBeHeard) {
  Session session(gain_card(1), 1000), other(gain_card(1), 1000);
  session.stream->hand_over(other.model, 0, std::move(other.instance));
  const auto sound = ramp(2500);
  session.push(sound, 100);
  EXPECT_EQ(session.out.frames, sound);
}

TEST(HandOver, OneThatFailsWhileItListensChangesNothing) {
  Session session(gain_card(1), 1000), other(gain_card(3, {{"does", "throw"}, {"when", "0.5"}}), 1000);
  session.stream->hand_over(other.model, 0, std::move(other.instance));
  const std::vector<float> sound(2500, 0.5F);
  session.push(sound, 100);
  EXPECT_THAT(session.said, HasSubstr("(the new version; the old one serves on)"));
  EXPECT_EQ(session.out.frames, sound);
  EXPECT_EQ(session.stream->taken_over(), nullptr);
}

TEST(HandOver, SettingsGoWithIt) {
  Session session(gain_card(1)), other(gain_card(3));
  ASSERT_TRUE(session.instance->set("gain", std::vector<models::Value>{2.0F}));
  other.instance->take_settings(*session.instance);
  EXPECT_THAT(*other.instance->get("gain"), ElementsAre(models::Value(2.0F)));
}

TEST(StreamKind, RunTakesWholeBlocks) {
  Session session(stream_card({2, 1, 2, 16}));
  std::vector<float> out;
  const auto sound = ramp(64);
  ASSERT_TRUE(session.instance->run(0, sound, out));
  EXPECT_THAT(out, ElementsAre(sound[0], sound[1], sound[32], sound[33]));
  const auto few = session.instance->run(0, std::span(sound).first(20), out);
  ASSERT_FALSE(few);
  EXPECT_THAT(few.error().message, HasSubstr("forward takes frames of 2 numbers, a multiple of 16 of them"));
}

}  // namespace
}  // namespace tests
