// nn~'s convention, old and new, with LibTorch: what files declare, and what they are held to.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "fixtures.hpp"

namespace {

using models::Value;
using testing::Each;
using testing::ElementsAre;
using testing::Eq;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using tests::outcome;
using Values = std::vector<Value>;

class TorchStream : public tests::TorchTest {};

models::Card bare_card(const std::string& name) {
  models::Card card;
  card.name = name;
  card.kind = "stream";
  card.file = tests::fixture(name + ".ts");
  return card;
}

struct Session {
  std::shared_ptr<const models::Model> model;
  std::unique_ptr<models::Instance> instance;
  std::unique_ptr<models::Stream> stream;
  models::StreamOutput out;
  std::string said = "fine";

  explicit Session(const std::string& name, const std::string& method = "", double rate = 24000, int block = 0) {
    model = tests::loaded(bare_card(name));
    if (model == nullptr) return;
    instance = std::move(*model->instance());
    const auto index = *model->method(method);
    auto made = model->stream(index, {rate, model->methods()[index].in_channels});
    EXPECT_TRUE(made) << outcome(made);
    if (made) stream = std::move(*made);
    if (block > 0) {
      EXPECT_TRUE(stream->set("block", Values{block}));
    }
  }
  void push(const std::vector<float>& frames) {
    if (const auto status = stream->push(*instance, frames, out); !status && said == "fine") said = outcome(status);
  }
};

std::vector<std::string> names_of(const models::Model& model) {
  std::vector<std::string> names;
  for (const auto& method : model.methods()) names.push_back(method.name);
  return names;
}

std::vector<float> noise(std::size_t count) {
  std::vector<float> out(count);
  std::uint32_t state = 1;
  for (float& x : out) x = static_cast<float>((state = state * 1664525U + 1013904223U) >> 8U) / 16777216.0F - 0.5F;
  return out;
}

TEST_F(TorchStream, ANewFileSaysEverythingItself) {
  const auto model = tests::loaded(bare_card("new_style"));
  ASSERT_NE(model, nullptr);
  EXPECT_THAT(names_of(*model), ElementsAre("forward", "encode", "decode"));
  EXPECT_EQ(model->card().model_rate, 24000);
  const auto& encode = model->methods()[1];
  EXPECT_THAT((std::vector{encode.in_channels, encode.in_ratio, encode.out_channels, encode.out_ratio, encode.block}),
              ElementsAre(1, 1, 2, 16, 16));
  EXPECT_EQ(encode.outputs[1].name, "(signal) out 1");
  std::vector<std::string> attributes;
  for (const auto& one : model->attributes()) attributes.push_back(one.name + ":" + one.types);
  EXPECT_THAT(attributes, ElementsAre("gain:f", "on:i", "mixed:isfi", "curve:t", "hidden_knob:f"));
}

TEST_F(TorchStream, AnOldFileIsFoundOutByItsBuffers) {
  const auto model = tests::loaded(bare_card("old_style"));
  ASSERT_NE(model, nullptr);
  EXPECT_THAT(names_of(*model), ElementsAre("encode"));  // neither forward, prior nor the dummy
  EXPECT_EQ(model->card().model_rate, 32000);
  EXPECT_EQ(model->methods()[0].block, 32);  // the dummy's
  ASSERT_THAT(model->attributes(), SizeIs(1));
  EXPECT_EQ(model->attributes()[0].name, "depth");
}

TEST_F(TorchStream, AModelIsTakenOutOfItsWrapper) {
  const auto model = tests::loaded(bare_card("wrapped"));
  ASSERT_NE(model, nullptr);
  EXPECT_THAT(names_of(*model), ElementsAre("forward", "encode", "decode"));
}

TEST_F(TorchStream, ABlockThatTheFileDoesNotSayIsFoundAndWhatDoesNotWorkIsLeftOut) {
  const auto model = tests::loaded(bare_card("chunks"));
  ASSERT_NE(model, nullptr);
  EXPECT_THAT(names_of(*model), ElementsAre("forward"));
  EXPECT_EQ(model->methods()[0].block, 8);
  std::vector<std::string> left_out;
  for (const auto& [name, text] : model->facts()) {
    if (name == "left out") left_out.push_back(text);
  }
  EXPECT_THAT(left_out, ElementsAre("broken raised: this never works", HasSubstr("empty gave nothing"),
                                    HasSubstr("pair gave a tuple of 2")));
}

TEST_F(TorchStream, StateIsKeptFromBlockToBlockAndIsTheSessionsOwn) {
  Session one("new_style"), two("new_style");
  const auto sound = noise(2048);
  one.push(sound);
  two.push(std::vector<float>(512, 0.25F));
  ASSERT_EQ(one.out.frames.size(), 2048u);
  EXPECT_EQ(one.out.frames[0], 0);  // pristine, whatever warmed up before
  for (std::size_t i = 1; i < 2048; ++i) ASSERT_EQ(one.out.frames[i], sound[i - 1]) << i;
}

TEST_F(TorchStream, EncodeThenDecodeIsAChain) {
  Session encode("new_style", "encode"), decode("new_style", "decode");
  const auto sound = noise(1024);
  encode.push(sound);
  EXPECT_EQ(encode.out.width, 2);
  decode.push(encode.out.frames);
  ASSERT_EQ(decode.out.frames.size(), 1024u);
  EXPECT_EQ(decode.out.frames[17], encode.out.frames[2] + encode.out.frames[3]);
}

TEST_F(TorchStream, AttributesOfEveryTypeAreSetAndRead) {
  Session session("new_style");
  const auto& instance = session.instance;
  for (const auto& [name, values] :
       std::vector<std::pair<std::string, Values>>{{"gain", {2.0F}},
                                                   {"on", {0}},
                                                   {"mixed", {7, std::string("word"), 0.25F, 1}},
                                                   {"curve", {0.5F, 0.25F, 0.125F, 1.0F}}}) {
    ASSERT_EQ(outcome(instance->set(name, values)), "fine") << name;
    EXPECT_EQ(*instance->get(name), values) << name;
  }
  ASSERT_EQ(outcome(instance->set("curve", Values{0.5F})), "fine");
  ASSERT_EQ(outcome(instance->set("hidden_knob", Values{1})), "fine");
  EXPECT_THAT(outcome(instance->get("hidden_knob")), HasSubstr("hidden_knob can be set and not read"));
  EXPECT_THAT(outcome(instance->set("gain", Values{-1.0F})), HasSubstr("set_gain refused the value"));
  EXPECT_THAT(outcome(instance->set("on", Values{2})), HasSubstr("on is 2; its range is 0..1"));
  EXPECT_THAT(outcome(instance->set("curve", Values{std::string("a")})), HasSubstr("curve takes numbers"));
  session.push(std::vector<float>(512, 0.0F));
  EXPECT_THAT(session.out.frames, Each(Eq(1.5F)));  // hidden 1, curve 0.5
}

TEST_F(TorchStream, AttributesChangeAtTheirBlock) {
  Session session("new_style", "", 24000, 64);
  EXPECT_EQ(*session.stream->set_at({65, "hidden_knob", {2.0F}}), false);  // the block that begins at 128
  EXPECT_EQ(*session.stream->set_at({64, "hidden_knob", {1.0F}}), false);
  session.push(std::vector<float>(192, 0.0F));
  EXPECT_THAT(std::span(session.out.frames).subspan(0, 64), Each(Eq(0.0F)));
  EXPECT_THAT(std::span(session.out.frames).subspan(64, 64), Each(Eq(1.0F)));
  EXPECT_THAT(std::span(session.out.frames).subspan(128, 64), Each(Eq(2.0F)));
  EXPECT_EQ(*session.stream->set_at({100, "hidden_knob", {3.0F}}), true);  // late
  session.push(std::vector<float>(64, 0.0F));
  EXPECT_EQ(session.out.frames.back(), 3.0F);
  EXPECT_THAT(outcome(session.stream->set_at({0, "hiden_knob", {3.0F}})), HasSubstr("did you mean 'hidden_knob'"));
}

TEST_F(TorchStream, AModelWithoutARateIsToldTheSessions) {
  Session session("rate_taker", "", 22050);
  EXPECT_EQ(session.model->card().model_rate, 0);
  session.push(std::vector<float>(512, 0.0F));
  EXPECT_THAT(session.out.frames, Each(Eq(22050.0F)));
}

TEST_F(TorchStream, AnImpulseComesOutAsMuchLaterAsIsDeclared) {
  auto card = bare_card("new_style");  // one sample late
  card.stream.latency = 1;
  const auto model = tests::loaded(card);
  ASSERT_NE(model, nullptr);
  for (const double rate : {24000.0, 48000.0, 96000.0}) {
    auto instance = std::move(*model->instance());
    auto stream = std::move(*model->stream(0, {rate, 1}));
    std::vector<float> sound(16384, 0.0F);
    constexpr std::int64_t kAt = 3000;
    sound[kAt] = 1;
    models::StreamOutput out;
    ASSERT_TRUE(stream->push(*instance, sound, out));
    const auto peak = std::max_element(out.frames.begin(), out.frames.end()) - out.frames.begin();
    EXPECT_EQ(out.stretches[0].position(peak) - kAt, stream->latency()) << rate;
    EXPECT_EQ(stream->latency(), std::llround(rate / 24000));
  }
}

TEST_F(TorchStream, BuffersAreFilledWithSound) {
  Session session("table");
  const std::vector<float> planes{0.25F, 0.25F, 0.25F, 0.25F, 1, 1, 1, 1};
  ASSERT_EQ(outcome(session.instance->fill("table", {2, 44100, planes})), "fine");
  session.push(std::vector<float>(512, 0.0F));
  EXPECT_THAT(std::span(session.out.frames).first(3), ElementsAre(2, 4, 44100005));
  EXPECT_THAT(outcome(session.instance->fill("table#0", {1, 44100, std::span(planes).first(3)})),
              HasSubstr("table#0 refused the sound"));
  EXPECT_THAT(outcome(session.instance->fill("tabel", {1, 44100, planes})), HasSubstr("it has table#0"));
  ASSERT_EQ(outcome(session.instance->clear("table")), "fine");
  session.push(std::vector<float>(512, 0.0F));
  EXPECT_EQ(session.out.frames.back(), 0);
}

TEST_F(TorchStream, RandomNumbersAreTheSessionsOwnAndBeginAgainAtReset) {
  Session one("noise"), two("noise"), other("noise");
  const std::vector<float> silence(512, 0.0F);
  for (auto* session : {&one, &two}) ASSERT_TRUE(session->stream->set("seed", Values{7}));
  ASSERT_TRUE(other.stream->set("seed", Values{8}));
  one.push(silence);
  other.push(silence);
  one.push(silence);
  two.push(silence);
  other.push(silence);
  two.push(silence);
  EXPECT_EQ(one.out.frames, two.out.frames);
  EXPECT_NE(one.out.frames, other.out.frames);
  EXPECT_NE(one.out.frames[0], one.out.frames[512]);
  const auto before = one.out.frames;
  ASSERT_TRUE(one.instance->reset());
  one.push(silence);
  EXPECT_TRUE(std::equal(before.begin(), before.begin() + 512, one.out.frames.begin() + 1024));
}

TEST_F(TorchStream, WhatAScriptDoesWrongIsOneSentenceAndSilence) {
  for (const auto& [first, text] : std::vector<std::pair<float, std::string>>{
           {0.5F, "500 misbehaves: forward raised: half is too much"},
           {0.25F, "500 misbehaves: forward gave a number that is none (NaN or infinite)"},
           {0.125F, "500 misbehaves: forward gave [1, 1, 511]; [1, 1, 512] is expected"},
           {0.0625F, "500 misbehaves: forward gave [1, 512]; [1, 1, 512] is expected"}}) {
    Session session("misbehaves");
    auto sound = noise(1024);
    sound[0] = first;
    session.push(sound);
    EXPECT_EQ(session.said, text);
    ASSERT_EQ(session.out.frames.size(), 1024u);
    EXPECT_THAT(std::span(session.out.frames).first(512), Each(Eq(0.0F)));
    EXPECT_EQ(session.out.frames[512], sound[512]);
  }
}

TEST_F(TorchStream, AFileThatIsNoModelIsRefusedWithTheReason) {
  const auto refused = [](const std::string& name) { return outcome(models::load(bare_card(name), tests::quick())); };
  EXPECT_THAT(refused("mlp"), HasSubstr("does not say how it streams"));
  EXPECT_THAT(refused("cut"), HasSubstr("cut.ts is no TorchScript file, or was cut short"));
  EXPECT_THAT(refused("bomb"), HasSubstr("bomb.ts would unpack to more than 256 MB"));
  EXPECT_THAT(refused("text"), HasSubstr("text.ts is no TorchScript file, or was cut short"));
}

}  // namespace
