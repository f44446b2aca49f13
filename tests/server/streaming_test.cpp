// Sessions of a model that streams: frames in, frames out, in their place and in their form.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>

#include "support/world.hpp"

namespace server {
namespace {

using support::Heard;
using support::local;
using support::World;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

ModelConfig voice(models::StreamForm form, support::Options options = {{"does", "echo"}}) {
  ModelConfig made;
  made.card.name = "voice";
  made.card.kind = "stream";
  made.card.engine = "fake";
  made.card.model_rate = 48000;
  made.card.stream.block = 4;
  made.card.stream.latency = 7;
  made.card.options = std::move(options);
  models::MethodCard method;
  method.name = "forward";
  method.answer = models::Answer::kStream;
  method.form = form;
  made.card.methods = {method};
  models::AttributeCard gain;
  gain.name = "gain";
  gain.min = 0;
  gain.max = 10;
  gain.initial = {1.0F};
  made.card.attributes = {gain};
  return made;
}

Config config_of(ModelConfig model) {
  Config config;
  config.models = {std::move(model)};
  return config;
}

struct Streaming {
  World world;
  std::int32_t session;
  int seq = 0;
  std::int64_t at = 0;

  explicit Streaming(models::StreamForm form, double rate = 48000, support::Options options = {{"does", "echo"}})
      : world(config_of(voice(form, std::move(options)))), session(world.open("voice", "", rate)) {
    world.heard();
  }
  Heard frames(const std::vector<float>& samples, int width = 1) {
    const base::Position position{at};
    at += static_cast<std::int64_t>(samples.size()) / width;
    return world.packet(
        support::osc_with("/oscine/v1/frames", samples, session, ++seq, position.hi(), position.lo(), width));
  }
  std::string frame_text(int number, int position, int width, const std::string& values) const {
    return "/frames " + std::to_string(session) + " " + std::to_string(number) + " 0 " + std::to_string(position) +
           " " + std::to_string(width) + " " + values;
  }
};

TEST(Streams, GiveFramesForFramesInBlocks) {
  Streaming voice({1, 1, 1, 1});
  EXPECT_THAT(voice.frames({1, 2, 3}), IsEmpty());
  EXPECT_THAT(voice.frames({4, 5}), ElementsAre(voice.frame_text(1, 0, 1, "1. 2. 3. 4.")));
  EXPECT_THAT(voice.frames({6, 7, 8}), ElementsAre(voice.frame_text(2, 4, 1, "5. 6. 7. 8.")));
}

TEST(Streams, OpenedSaysLatencyFormAndLookahead) {
  World world(config_of(voice({2, 1, 3, 2})));
  world.hello("max", 0);
  const auto said = world.send("/oscine/v1/open", 5, "voice", "", 48000.0F, "samples");
  ASSERT_THAT(said, SizeIs(1));
  EXPECT_THAT(said[0], AllOf(StartsWith("/opened 5 "), HasSubstr(" 7 2 1 3 2 48000. 3")));
}

TEST(Streams, SlowerFramesStandAtTheirFirstSample) {
  Streaming encode({1, 1, 2, 2});
  EXPECT_THAT(encode.frames({1, 2, 3, 4}), ElementsAre(encode.frame_text(1, 0, 2, "1. 1. 3. 3.")));
  EXPECT_THAT(encode.frames({5, 6, 7, 8}), ElementsAre(encode.frame_text(2, 4, 2, "5. 5. 7. 7.")));
  Streaming decode({2, 2, 1, 1});
  EXPECT_THAT(decode.frames({1, 9, 3, 9}, 2), ElementsAre(decode.frame_text(1, 0, 1, "1. 1. 3. 3.")));
  decode.at = 4;  // two frames are four samples
  EXPECT_THAT(decode.frames({5, 9, 7, 9}, 2), ElementsAre(decode.frame_text(2, 4, 1, "5. 5. 7. 7.")));
}

TEST(Streams, ComeBackAsTheyCameOrAsFormatSays) {
  Streaming voice({1, 1, 1, 1});
  const std::string zeros(16, '\0');
  EXPECT_THAT(voice.world.send("/oscine/v1/audio", voice.session, 0, 0, 0, 1, "f32le", support::blob(zeros)),
              ElementsAre(StartsWith("/audio ")));
  voice.world.send("/oscine/v1/format", 9, voice.session, "floats");
  EXPECT_THAT(voice.world.send("/oscine/v1/audio", voice.session, 0, 0, 4, 1, "f32le", support::blob(zeros)),
              ElementsAre(StartsWith("/frames ")));
  voice.world.send("/oscine/v1/format", 10, voice.session, "s16le");
  voice.at = 8;
  voice.seq = -1;
  EXPECT_THAT(voice.frames({0.5F, 0, 0, 0}), ElementsAre(AllOf(StartsWith("/audio "), HasSubstr("'s16le'"))));
}

TEST(Streams, AreSplitToTheMessageSize) {
  Streaming voice({1, 1, 1, 1});
  voice.world.send("/oscine/v1/set", 8, voice.session, "block", 1000);
  EXPECT_THAT(voice.frames(std::vector<float>(1000, 0.5F)), SizeIs(4));  // 275 floats fit into 1472 bytes
}

TEST(Streams, RestWithSilence) {
  Streaming voice({1, 1, 1, 1});
  voice.world.send("/oscine/v1/enable", 8, voice.session, 0);
  EXPECT_THAT(voice.frames({1, 2, 3, 4}), ElementsAre(voice.frame_text(1, 0, 1, "0. 0. 0. 0.")));
  voice.world.send("/oscine/v1/enable", 9, voice.session, 1);
  EXPECT_THAT(voice.frames({1, 2, 3, 4}), ElementsAre(voice.frame_text(2, 4, 1, "1. 2. 3. 4.")));
}

TEST(Streams, AttributesChangeAtThePosition) {
  Streaming voice({1, 1, 1, 1});
  EXPECT_THAT(voice.world.send("/oscine/v1/set/at", 8, voice.session, 0, 4, "gain", 2.0F),
              ElementsAre("/done 8 '/oscine/v1/set/at'"));
  EXPECT_THAT(voice.frames({1, 1, 1, 1, 1, 1, 1, 1}),
              ElementsAre(voice.frame_text(1, 0, 1, "1. 1. 1. 1. 2. 2. 2. 2.")));
  EXPECT_EQ(voice.world.daemon.metrics().late, 0u);
  voice.world.send("/oscine/v1/set/at", 9, voice.session, 0, 4, "gain", 3.0F);
  EXPECT_EQ(voice.world.daemon.metrics().late, 1u);
  EXPECT_THAT(voice.frames({1, 1, 1, 1}), ElementsAre(voice.frame_text(2, 8, 1, "3. 3. 3. 3.")));
  EXPECT_THAT(voice.world.send("/oscine/v1/set/at", 10, voice.session, 0, 0, "gian", 1.0F),
              ElementsAre(AllOf(HasSubstr(" 404 "), HasSubstr("gain"))));
  EXPECT_THAT(voice.world.send("/oscine/v1/set/at", 11, voice.session, 0, 0, "gain", 11.0F),
              ElementsAre(AllOf(HasSubstr(" 400 "), HasSubstr("0..10"))));
}

TEST(Streams, ChangesBeforeTheFirstInputCountFromItsPosition) {
  Streaming voice({1, 1, 1, 1});
  voice.world.send("/oscine/v1/set/at", 8, voice.session, 0, 104, "gain", 2.0F);
  voice.at = 100;
  EXPECT_THAT(voice.frames({1, 1, 1, 1, 1, 1, 1, 1}),
              ElementsAre(voice.frame_text(1, 100, 1, "1. 1. 1. 1. 2. 2. 2. 2.")));
}

TEST(Streams, ABlockThatFailsIsSilenceAndOneSentence) {
  Streaming voice({1, 1, 1, 1}, 48000, {{"does", "nan"}, {"when", "0.5"}});
  EXPECT_THAT(
      voice.frames({0.5F, 1, 1, 1, 1, 1, 1, 1}),
      ElementsAre(voice.frame_text(1, 0, 1, "0. 0. 0. 0. 1. 1. 1. 1."),
                  AllOf(StartsWith("/fail 0 "), HasSubstr(" 500 "), HasSubstr("voice: forward gave a number"))));
}

TEST(Streams, OtherChannelsAndBuffersAreRefused) {
  Streaming voice({2, 1, 1, 1});
  EXPECT_THAT(voice.frames({1, 2, 3}, 3),
              ElementsAre(AllOf(HasSubstr(" 400 "), HasSubstr("forward takes frames of 2; 3 came"))));
  EXPECT_THAT(voice.world.send("/oscine/v1/buffer/clear", 8, voice.session, "table"),
              ElementsAre(AllOf(HasSubstr(" 404 "), HasSubstr("no buffer 'table'; it has none"))));
}

TEST(Streams, AreHandedOverToAReloadedModelWithTheirAttributes) {
  auto model = voice({1, 1, 1, 1});
  model.card.model_rate = 1000;  // two seconds of listening are short then
  World world(config_of(model));
  const auto session = world.open("voice", "", 1000);
  world.send("/oscine/v1/set", 5, session, "gain", 2.0F);
  const auto old = *world.daemon.catalog().ready("voice");
  EXPECT_THAT(world.send("/oscine/v1/reload", 6, "voice"), Contains("/done 6 '/oscine/v1/reload'"));
  const auto fresh = *world.daemon.catalog().ready("voice");
  ASSERT_NE(old, fresh);
  std::size_t messages = 0;
  for (int i = 0; i < 11; ++i) {
    const base::Position at{200 * i};
    const auto heard = world.packet(
        support::osc_with("/oscine/v1/frames", std::vector<float>(200, 0.25F), session, i + 1, at.hi(), at.lo(), 1));
    for (const auto& message : heard) {
      EXPECT_THAT(message, AllOf(StartsWith("/frames "), HasSubstr(" 1 0.5 0.5 "), Not(HasSubstr("0.25"))));
      ++messages;
    }
  }
  EXPECT_GE(messages, 11u);
  const auto served = [&] {
    for (const auto& [number, client] : world.daemon.clients().all()) {
      for (const auto& [other, one] : client->sessions) return one->served;
    }
    return std::shared_ptr<const ServedModel>();
  };
  EXPECT_EQ(served(), fresh);
}

TEST(Streams, AnotherRateIsResampledWarnedOfOrRefused) {
  const auto opened = [](models::StreamCard::OtherRate policy) {
    auto model = voice({1, 1, 1, 1});
    model.card.stream.other_rate = policy;
    World world(config_of(model));
    world.hello("max", 0);
    return world.send("/oscine/v1/open", 5, "voice", "", 24000.0F, "samples");
  };
  EXPECT_THAT(opened(models::StreamCard::OtherRate::kResample), ElementsAre(StartsWith("/opened 5 ")));
  EXPECT_THAT(opened(models::StreamCard::OtherRate::kWarn),
              ElementsAre(StartsWith("/opened 5 "), AllOf(StartsWith("/fail 0 "), HasSubstr("0.5 times as fast"))));
  EXPECT_THAT(
      opened(models::StreamCard::OtherRate::kRefuse),
      ElementsAre(AllOf(StartsWith("/fail 5 "), HasSubstr(" 409 "), HasSubstr("open the session at its rate"))));
}

}  // namespace
}  // namespace server
