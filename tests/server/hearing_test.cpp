// frames, audio, gap, event, playhead, resend: sound in, labels on its own axis out.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <limits>

#include "support/world.hpp"

namespace server {
namespace {

using support::Heard;
using support::local;
using support::World;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;
using namespace std::chrono_literals;

std::string s16le(const std::vector<float>& samples) {
  std::string out;
  for (const float sample : samples) {
    const auto value = static_cast<std::uint16_t>(static_cast<std::int16_t>(sample * 32768));
    out.push_back(static_cast<char>(value & 0xff));
    out.push_back(static_cast<char>(value >> 8));
  }
  return out;
}

std::string f32le(const std::vector<float>& samples) {
  std::string out;
  for (const float sample : samples) {
    const auto bits = std::bit_cast<std::uint32_t>(sample);
    for (const int shift : {0, 8, 16, 24}) out.push_back(static_cast<char>(bits >> shift & 0xff));
  }
  return out;
}

/// Half a second of silence, then half a second at 0.5, at 8000 Hz: exact as 16 bits.
std::vector<float> quiet_then_loud() {
  std::vector<float> out(4000, 0.0F);
  out.resize(8000, 0.5F);
  return out;
}

std::vector<float> piece(const std::vector<float>& sound, std::size_t at, std::size_t size) {
  const auto end = std::min(sound.size(), at + size);
  return {sound.begin() + static_cast<std::ptrdiff_t>(at), sound.begin() + static_cast<std::ptrdiff_t>(end)};
}

/// A session of the classifier that tells loud from quiet.
struct Hearing {
  World world{support::hearing_config()};
  std::int32_t session = 0;
  int seq = 0;

  explicit Hearing(double rate = 8000, const std::string& method = "") {
    session = world.open("loudness", method, rate);
    world.heard();
  }
  Heard frames(const std::vector<float>& samples, std::int64_t at, int number) {
    const base::Position position{at};
    return world.packet(
        support::osc_with("/oscine/v1/frames", samples, session, number, position.hi(), position.lo(), 1));
  }
  Heard audio(const std::string& format, const std::string& data, std::int64_t at, int number, int channels = 1) {
    const base::Position position{at};
    return world.send("/oscine/v1/audio", session, number, position.hi(), position.lo(), channels, format,
                      support::blob(data));
  }
  /// All of a sound, in pieces of this size.
  Heard all(const std::vector<float>& sound, std::size_t size, const std::string& format = "floats",
            std::int64_t from = 0) {
    Heard out;
    for (std::size_t at = 0; at < sound.size(); at += size) {
      const auto samples = piece(sound, at, size);
      const auto position = from + static_cast<std::int64_t>(at);
      const auto answer = format == "floats"  ? frames(samples, position, ++seq)
                          : format == "s16le" ? audio(format, s16le(samples), position, ++seq)
                                              : audio(format, f32le(samples), position, ++seq);
      out.insert(out.end(), answer.begin(), answer.end());
    }
    return out;
  }
  std::string event(int number, std::int64_t at, const std::string& rest) const {
    return "/event " + std::to_string(session) + " " + std::to_string(number) + " 0 " +
           std::to_string(base::Position{at}.hi()) + " " + std::to_string(base::Position{at}.lo()) + " 0 " + rest;
  }
};

TEST(Hearing, TellsALabelForEachWindowAtItsStart) {
  Hearing hearing;
  const auto heard = hearing.all(std::vector<float>(1600, 0.0F), 1600);
  EXPECT_THAT(heard, ElementsAre(hearing.event(1, 0, "800 'label' 'quiet' 1. 1"),
                                 hearing.event(2, 400, "800 'label' 'quiet' 1. 1"),
                                 hearing.event(3, 800, "800 'label' 'quiet' 1. 1")));
}

TEST(Hearing, CountsFromWhereTheHostBegan) {
  Hearing hearing;
  const auto heard = hearing.all(std::vector<float>(800, 0.0F), 800, "floats", 2'880'000);
  EXPECT_THAT(heard, ElementsAre(hearing.event(1, 2'880'000, "800 'label' 'quiet' 1. 1")));
}

TEST(Hearing, AnswersTheSameForEveryBlockSizeAndEveryForm) {
  Hearing whole;
  const auto expected = whole.all(quiet_then_loud(), 8000);
  ASSERT_THAT(expected, SizeIs(19));
  for (const auto* form : {"floats", "f32le", "s16le"}) {
    for (const std::size_t size : {1U, 7U, 64U, 400U, 799U, 4096U, 8000U}) {
      if (size == 1 && std::string(form) != "s16le") continue;
      Hearing hearing;
      auto heard = hearing.all(quiet_then_loud(), size, form);
      ASSERT_EQ(heard.size(), expected.size()) << form << " " << size;
      for (std::size_t i = 0; i < heard.size(); ++i) {
        EXPECT_EQ(heard[i].substr(heard[i].find(' ', 8)), expected[i].substr(expected[i].find(' ', 8)))
            << form << " " << size;
      }
    }
  }
}

TEST(Hearing, TakesAnyRate) {
  for (const double rate : {8000.0, 11025.0, 44100.0, 48000.0, 96000.0, 192000.0}) {
    Hearing hearing(rate);
    const auto heard = hearing.all(std::vector<float>(static_cast<std::size_t>(rate), 0.0F), 5000);
    EXPECT_GE(heard.size(), 18U) << rate;
    EXPECT_LE(heard.size(), 19U) << rate;
    const auto second = static_cast<std::int64_t>(400 * rate / 8000);
    ASSERT_GE(heard.size(), 2U);
    EXPECT_THAT(heard[1], StartsWith(hearing.event(2, second, ""))) << rate;
  }
}

TEST(Hearing, MixesChannelsDown) {
  Hearing hearing;
  std::vector<float> stereo;
  for (int i = 0; i < 800; ++i) stereo.insert(stereo.end(), {0.75F, 0.25F});
  EXPECT_THAT(hearing.audio("f32le", f32le(stereo), 0, 1, 2),
              ElementsAre(hearing.event(1, 0, "800 'label' 'quiet' 0.5 1")));
}

TEST(Hearing, GivesAsManyLabelsAsItIsTold) {
  Hearing hearing;
  EXPECT_THAT(hearing.world.send("/oscine/v1/set", 5, hearing.session, "top", 2), ElementsAre(StartsWith("/done 5")));
  EXPECT_THAT(hearing.world.send("/oscine/v1/get", 6, hearing.session, "top"),
              ElementsAre("/value 6 " + std::to_string(hearing.session) + " 'top' 2"));
  const auto heard = hearing.all(std::vector<float>(800, 0.0F), 800);
  EXPECT_THAT(heard, ElementsAre(HasSubstr("'quiet' 1. 1"), HasSubstr("'loud' 0. 2")));
  EXPECT_THAT(hearing.world.send("/oscine/v1/set", 7, hearing.session, "top", 3), ElementsAre(StartsWith("/fail 7")));
  EXPECT_THAT(hearing.world.send("/oscine/v1/set", 8, hearing.session, "tap", 1),
              ElementsAre(AllOf(StartsWith("/fail 8"), HasSubstr(" 404 "))));
}

TEST(Hearing, SendsAllScoresAsFrames) {
  Hearing hearing(8000, "scores");
  const auto session = std::to_string(hearing.session);
  EXPECT_THAT(hearing.all(std::vector<float>(1200, 0.5F), 1200),
              ElementsAre("/frames " + session + " 1 0 0 2 0.5 0.5 0.5 0.5"));
  hearing.world.send("/oscine/v1/format", 3, hearing.session, "f32le");
  EXPECT_THAT(hearing.all(std::vector<float>(400, 0.5F), 400, "floats", 1200),
              ElementsAre("/audio " + session + " 2 0 800 2 'f32le' <8>"));
}

TEST(Hearing, LostInputBecomesSilenceAndOneGap) {
  Hearing hearing;
  hearing.frames(std::vector<float>(400, 0.5F), 0, 1);
  EXPECT_THAT(hearing.frames(std::vector<float>(400, 0.5F), 800, 3),
              ElementsAre("/gap " + std::to_string(hearing.session) + " 2 2",
                          hearing.event(1, 0, "800 'label' 'quiet' 0.6464466 1"),
                          hearing.event(2, 400, "800 'label' 'quiet' 0.6464466 1")));
}

TEST(Hearing, RefusesWhatIsNoSoundAndHearsSilenceInstead) {
  Hearing hearing;
  const auto nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THAT(hearing.audio("f32le", f32le({0, nan}), 0, 1),
              ElementsAre(AllOf(StartsWith("/fail 0 '/oscine/v1/audio' 400"), HasSubstr("sample 2 is NaN"))));
  EXPECT_THAT(hearing.frames({0, 2000}, 0, 1), ElementsAre(HasSubstr("sample 2 is 2000")));
  EXPECT_THAT(hearing.audio("s16le", "abc", 0, 1), ElementsAre(HasSubstr("3 bytes are no whole frames of 2")));
  EXPECT_THAT(hearing.audio("s24le", "abc", 0, 1), ElementsAre(HasSubstr("f32le or s16le is expected")));
  EXPECT_THAT(hearing.audio("s16le", "abcd", 0, 1, 3), ElementsAre(HasSubstr("4 bytes are no whole frames of 6")));
  EXPECT_THAT(hearing.frames(std::vector<float>(800, 0.0F), 2, 2),
              ElementsAre(StartsWith("/gap"), StartsWith("/event")));
}

TEST(Hearing, SaysOnceASecondWhatIsWrong) {
  Hearing hearing;
  EXPECT_THAT(hearing.audio("s16le", "abc", 0, 1), SizeIs(1));
  EXPECT_THAT(hearing.audio("s16le", "abc", 0, 2), IsEmpty());
  hearing.world.advance(1100ms);
  EXPECT_THAT(hearing.audio("s16le", "abc", 0, 3), SizeIs(1));
}

TEST(Hearing, TellsAnUnknownSessionAndAModelThatTakesNumbers) {
  World world(support::hearing_config());
  EXPECT_THAT(world.send("/oscine/v1/frames", 77, 1, 0, 0, 1, 0.5),
              ElementsAre(AllOf(StartsWith("/fail 0 '/oscine/v1/frames' 410"), HasSubstr("open again"))));
  const auto sum = world.open("sum");
  world.heard();
  EXPECT_THAT(world.send("/oscine/v1/frames", sum, 1, 0, 0, 1, 0.5),
              ElementsAre(AllOf(HasSubstr(" 409 "), HasSubstr("sum takes numbers, not a stream"))));
  EXPECT_THAT(world.send("/oscine/v1/open", 4, "loudness", "", 2.0, "ticks"),
              ElementsAre(AllOf(HasSubstr(" 409 "), HasSubstr("counted in samples"))));
}

TEST(Hearing, ResetBeginsAnew) {
  Hearing hearing;
  hearing.frames(std::vector<float>(700, 0.5F), 0, 1);
  EXPECT_THAT(hearing.world.send("/oscine/v1/reset", 9, hearing.session), ElementsAre(StartsWith("/done 9")));
  EXPECT_THAT(hearing.frames(std::vector<float>(800, 0.0F), 5000, 1),
              ElementsAre(hearing.event(1, 5000, "800 'label' 'quiet' 1. 1")));
}

TEST(Hearing, RestsWhileItIsNotEnabled) {
  Hearing hearing;
  hearing.world.send("/oscine/v1/enable", 3, hearing.session, 0);
  EXPECT_THAT(hearing.frames(std::vector<float>(800, 0.5F), 0, 1), IsEmpty());
  hearing.world.send("/oscine/v1/enable", 4, hearing.session, 1);
  EXPECT_THAT(hearing.frames(std::vector<float>(800, 0.0F), 800, 2),
              ElementsAre(hearing.event(1, 800, "800 'label' 'quiet' 1. 1")));
}

TEST(Hearing, ChangesItsMethodFromTheNextInputOn) {
  Hearing hearing;
  hearing.frames(std::vector<float>(800, 0.0F), 0, 1);
  EXPECT_THAT(hearing.world.send("/oscine/v1/method", 3, hearing.session, "scores"), ElementsAre(StartsWith("/done")));
  EXPECT_THAT(hearing.frames(std::vector<float>(800, 0.0F), 800, 2),
              ElementsAre("/frames " + std::to_string(hearing.session) + " 1 0 800 2 1. 0."));
}

TEST(Hearing, KeepsEventsForThoseThatLostSome) {
  Hearing hearing;
  const auto first = hearing.all(std::vector<float>(1600, 0.0F), 1600);
  ASSERT_THAT(first, SizeIs(3));
  EXPECT_THAT(hearing.world.send("/oscine/v1/resend", 5, hearing.session, 2),
              ElementsAre(first[1], first[2], "/done 5 '/oscine/v1/resend' 2"));
  hearing.world.advance(150ms);
  EXPECT_THAT(hearing.world.send("/oscine/v1/playhead", hearing.session, 0, 1600, 2, 8000.0), ElementsAre(first[2]));
  EXPECT_THAT(hearing.world.send("/oscine/v1/playhead", hearing.session, 0, 1700, 3, 8000.0), IsEmpty());
}

TEST(Hearing, SendsEventsWhereTheClientWantsThem) {
  World world(support::hearing_config());
  world.as(local(6000));
  const auto greeted = world.hello("max", 7771);
  const auto session = world.open("loudness", "", 8000);
  world.as(support::tcp(3)).send("/oscine/v1/attach", 2, greeted.client, greeted.key, 0);
  world.packet(support::osc_with("/oscine/v1/frames", std::vector<float>(800, 0.0F), session, 1, 0, 0, 1));
  EXPECT_EQ(world.link.sent.back().to.text(), "127.0.0.1:7771");
  world.send("/oscine/v1/attach", 3, greeted.client, greeted.key, 1);
  world.packet(support::osc_with("/oscine/v1/frames", std::vector<float>(400, 0.0F), session, 2, 0, 800, 1));
  EXPECT_EQ(world.link.sent.back().to.connection, 3U);
}

TEST(Hearing, ShowsItsEventsToSubscribers) {
  Hearing hearing;
  hearing.world.as(local(6001));
  hearing.world.hello("watch", 7999);
  hearing.world.send("/oscine/v1/subscribe", 2, "event", 1);
  hearing.world.as(local(5000));
  const auto heard = hearing.frames(std::vector<float>(800, 0.0F), 0, 1);
  ASSERT_THAT(heard, SizeIs(2)) << "one for the client itself, one for who watches";
  EXPECT_EQ(heard[0], heard[1]);
  EXPECT_EQ(hearing.world.link.sent.back().to.port, 7999);
}

TEST(Hearing, ByUdpASlowModelIsToldAndByTcpItIsWaitedFor) {
  auto config = support::hearing_config();
  config.limits.input = 200ms;
  World world(config);
  const auto session = world.open("loudness", "", 8000);
  world.heard();
  world.workers.held = true;
  const auto send = [&](int seq) {
    return world.packet(
        support::osc_with("/oscine/v1/frames", std::vector<float>(1000, 0.0F), session, seq, 0, (seq - 1) * 1000, 1));
  };
  send(1);  // at work
  EXPECT_THAT(send(2), IsEmpty());
  EXPECT_THAT(send(3), IsEmpty());
  EXPECT_THAT(send(4), ElementsAre(AllOf(HasSubstr(" 429 "), HasSubstr("200 ms of sound behind"))));
}

TEST(Hearing, ByTcpTheDaemonReadsNoFurtherThanItCanHear) {
  auto config = support::hearing_config();
  config.limits.input = 200ms;
  World world(config);
  world.as(support::tcp(9));
  const auto session = world.open("loudness", "", 8000);
  world.heard();
  world.workers.held = true;
  for (int seq = 1; seq <= 6; ++seq) {
    world.packet(
        support::osc_with("/oscine/v1/frames", std::vector<float>(1000, 0.0F), session, seq, 0, (seq - 1) * 1000, 1));
  }
  EXPECT_EQ(world.link.held_back[9], 1);
  world.workers.held = false;
  world.settle();
  EXPECT_EQ(world.link.held_back[9], 0);
  EXPECT_THAT(world.heard(), SizeIs(14)) << "nothing was lost";
}

TEST(Hearing, WaitsForAClientThatReadsSlowly) {
  World world(support::hearing_config());
  world.as(support::tcp(9));
  const auto session = world.open("loudness", "", 8000);
  world.heard();
  world.link.backlog = 1U << 30;
  EXPECT_THAT(world.packet(support::osc_with("/oscine/v1/frames", std::vector<float>(800, 0.0F), session, 1, 0, 0, 1)),
              IsEmpty());
  world.link.backlog = 0;
  world.advance(10ms);
  EXPECT_THAT(world.heard(), SizeIs(1));
}

TEST(Hearing, AReloadedModelGoesOnListening) {
  Hearing hearing;
  hearing.frames(std::vector<float>(800, 0.0F), 0, 1);
  EXPECT_THAT(hearing.world.send("/oscine/v1/reload", 5, "loudness"), ElementsAre(StartsWith("/done 5")));
  EXPECT_THAT(hearing.frames(std::vector<float>(1200, 0.0F), 800, 2),
              ElementsAre(hearing.event(2, 800, "800 'label' 'quiet' 1. 1"),
                          hearing.event(3, 1200, "800 'label' 'quiet' 1. 1")));
}

TEST(Hearing, AClosedSessionIsNotToldWhatItsLastJobHeard) {
  Hearing hearing;
  hearing.world.workers.held = true;
  hearing.frames(std::vector<float>(800, 0.0F), 0, 1);
  hearing.world.send("/oscine/v1/close", 5, hearing.session);
  hearing.world.workers.held = false;
  hearing.world.settle();
  EXPECT_THAT(hearing.world.heard(), IsEmpty());
}

}  // namespace
}  // namespace server
