// Nobody is flooded by way of us: at most three bytes for each that came, until its address shows that it hears us.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "support/world.hpp"

namespace server {
namespace {

using support::bundle;
using support::local;
using support::osc;
using support::Packet;
using support::remote;
using support::World;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;
using namespace std::chrono_literals;

Config open_config() {
  auto config = support::hearing_config();
  Range range;
  range.address = Ip::v4(192, 168, 1, 0).bytes;
  range.bits = 120;
  config.allow = {range};
  config.aliases = {support::alias_of("/synth/update", "sum")};
  config.aliases[0].to = {true, "", 8000};
  config.lease = 30s;
  return config;
}

/// A list that is longer than three times the question.
support::Heard list(World& world, int id) { return world.send("/oscine/v1/models", id); }

std::string shown_how(int id) {
  return "/fail " + std::to_string(id) + " '/oscine/v1/models' 403 'say /hello with its key'";
}

bool known(const World& world, std::uint8_t last) {
  return world.daemon.guard().knows(remote(last, 0).ip, world.clock.now());
}

TEST(Unproven, GetAnswersThatAreNotMuchLongerThanTheirQuestions) {
  World world(open_config());
  world.as(remote(7, 5000));
  EXPECT_THAT(world.send("/oscine/v1/ping", 1, 0, 0), ElementsAre(StartsWith("/pong 1 ")));
  EXPECT_THAT(world.send("/oscine/v1/ask", 2, "sum", 0.25, 0.5), ElementsAre(StartsWith("/result 2 ")));
  EXPECT_THAT(world.send("/synth/update", 0.25, 0.5), SizeIs(2));
  EXPECT_NE(world.open("counter"), 0);
}

TEST(Unproven, AreToldHowToGetALongAnswer) {
  World world(open_config());
  world.as(remote(7, 5000));
  EXPECT_THAT(list(world, 2), ElementsAre(shown_how(2))) << "and nothing of the list";
  EXPECT_GT(world.daemon.guard().withheld(), 0U);
}

TEST(Unproven, OfThisMachineThereAreNone) {
  World world(open_config());
  EXPECT_THAT(list(world.as(local(5000)), 1), SizeIs(5));
  EXPECT_EQ(world.daemon.guard().withheld(), 0U);
}

TEST(Unproven, ThoseThatTheConfigurationKnowsAreNot) {
  auto config = open_config();
  config.known = config.allow;
  World world(config);
  EXPECT_THAT(list(world.as(remote(7, 5000)), 1), SizeIs(5));
}

TEST(Proof, IsTheKeyInASecondHello) {
  World world(open_config());
  world.as(remote(7, 5000));
  const auto greeted = world.hello("pd", 0);
  EXPECT_FALSE(known(world, 7));
  EXPECT_EQ(list(world, 2).back(), shown_how(2));
  EXPECT_THAT(world.send("/oscine/v1/hello", 3, 0, "pd", greeted.key), ElementsAre(StartsWith("/hello.reply 3 ")));
  EXPECT_THAT(list(world, 4), SizeIs(5));
}

TEST(Proof, IsTheKeyInAttach) {
  World world(open_config());
  const auto greeted = world.as(remote(7, 5000)).hello("pd", 0);
  world.as(remote(7, 5001)).send("/oscine/v1/attach", 3, greeted.client, greeted.key);
  EXPECT_THAT(list(world, 4), SizeIs(5));
}

TEST(Proof, IsTheNumberOfASession) {
  World world(open_config());
  const auto session = world.as(remote(7, 5000)).open("counter");
  EXPECT_FALSE(known(world, 7));
  world.run(session, 0.5F, 0.5F);
  EXPECT_THAT(list(world, 4), SizeIs(5));
}

TEST(Proof, ByTcpIsThatItIsConnected) {
  World world(open_config());
  auto stream = remote(7, 5000);
  stream.connection = 1;
  EXPECT_THAT(list(world.as(stream), 1), SizeIs(5));
  EXPECT_THAT(list(world.as(remote(7, 6000)), 2), SizeIs(5)) << "and its UDP";
}

TEST(Proof, IsNotAWrongKeyNorSomebodyElsesSession) {
  World world(open_config());
  const auto theirs = world.as(remote(9, 5000)).open("counter");
  const auto greeted = world.as(remote(7, 5000)).hello("pd", 0);
  world.send("/oscine/v1/hello", 3, 0, "pd", greeted.key ^ 1);
  world.run(theirs, 0.5F, 0.5F);
  world.run(theirs ^ 1, 0.5F, 0.5F, 8);
  world.send("/oscine/v1/attach", 4, greeted.client, greeted.key ^ 1);
  EXPECT_FALSE(known(world, 7));
}

TEST(Proof, HoldsForItsAddressOnly) {
  World world(open_config());
  const auto session = world.as(remote(7, 5000)).open("counter");
  world.run(session, 0.5F, 0.5F);
  EXPECT_THAT(list(world.as(remote(7, 6000)), 1), SizeIs(5));
  EXPECT_THAT(list(world.as(remote(8, 5000)), 1), ElementsAre(shown_how(1)));
}

TEST(Proof, LastsWhileSomethingComesWithinTheLease) {
  World world(open_config());
  world.as(remote(7, 5000));
  const auto greeted = world.hello("pd", 0);
  world.send("/oscine/v1/hello", 2, 0, "pd", greeted.key);
  for (int id = 3; id < 6; ++id) {
    world.advance(20s);
    EXPECT_THAT(list(world, id), SizeIs(5));
  }
  world.advance(31s);
  EXPECT_EQ(list(world, 6).back(), shown_how(6));
  world.send("/oscine/v1/hello", 7, 0, "pd", greeted.key);
  EXPECT_THAT(list(world, 8), SizeIs(5));
}

TEST(Proof, IsNotLookedForAmongManyGuesses) {
  World world(open_config());
  world.as(remote(7, 5000));
  const auto greeted = world.hello("pd", 0);
  for (int i = 1; i <= 32; ++i) world.send("/oscine/v1/hello", 2, 0, "pd", greeted.key ^ i);
  world.send("/oscine/v1/hello", 3, 0, "pd", greeted.key);
  EXPECT_FALSE(known(world, 7));
  world.advance(1min);
  world.send("/oscine/v1/hello", 5, 0, "pd", greeted.key);
  EXPECT_TRUE(known(world, 7));
}

// A host that goes on after a restart says the same old number a thousand times.
TEST(Proof, OneWrongNumberOverAndOverIsOneGuess) {
  World world(open_config());
  const auto session = world.as(remote(7, 5000)).open("counter");
  for (int i = 0; i < 100; ++i) world.run(session ^ 1, 0.5F, 0.5F);
  world.run(session, 0.5F, 0.5F);
  EXPECT_THAT(list(world, 4), SizeIs(5));
}

TEST(Unproven, OpenFewSessionsAsANumberCouldBeGuessed) {
  World world(open_config());
  world.as(remote(7, 5000));
  for (int i = 0; i < 8; ++i) EXPECT_NE(world.open("counter"), 0);
  EXPECT_THAT(world.send("/oscine/v1/open", 1, "counter", "", 48000.0, "samples"), ElementsAre(HasSubstr(" 403 ")));
  const auto greeted = world.hello("pd", 0);
  world.send("/oscine/v1/hello", 2, 0, "pd", greeted.key);
  EXPECT_NE(world.open("counter"), 0);
}

TEST(Unproven, GetNoPushesOfALog) {
  World world(open_config());
  world.as(remote(7, 5000)).send("/oscine/v1/subscribe", 1, "log", 1);
  world.heard();
  for (int i = 0; i < 100; ++i) world.daemon.tell_log(Level::kWarn, std::string(900, 'x'));
  EXPECT_THAT(world.heard(), IsEmpty());
}

TEST(Withheld, IsToldInTheLogOnceAMinute) {
  World world(open_config());
  world.as(remote(7, 5000));
  const auto lines = [&] {
    return std::count_if(world.log.lines.begin(), world.log.lines.end(), [](const auto& line) {
      return line.find("withheld") != std::string::npos && line.find("192.168.1.7") != std::string::npos;
    });
  };
  for (int i = 0; i < 10; ++i) {
    list(world, i);
    world.advance(5s);
  }
  EXPECT_EQ(lines(), 1);
  list(world, 20);
  world.advance(1min);
  EXPECT_EQ(lines(), 2);
}

TEST(Withheld, IsInStatus) {
  World world(open_config());
  list(world.as(remote(7, 5000)), 1);
  const auto count = world.daemon.guard().withheld();
  world.as(local(5000)).send("/oscine/v1/status", 2);
  EXPECT_EQ(support::number_in(world.link.sent.back().packet, 11), static_cast<double>(count));
}

TEST(Aliases, ToAReceiverOfTheConfigurationAreItsChoiceButTheirFailuresAreNot) {
  auto config = open_config();
  config.aliases[0].to = {false, "192.168.1.50", 9000};
  World world(config);
  world.as(remote(7, 5000)).send("/synth/update", 0.25, 0.5);
  EXPECT_EQ(world.link.sent.size(), 2U);
  world.as(remote(8, 5000)).send("/synth/update");
  EXPECT_EQ(world.link.sent.size(), 2U) << "a sentence is longer than three times an address";
}

TEST(Hello, WithItsKeyIsTheSameClientUnderAnotherNameOrReplyPort) {
  World world(open_config());
  world.as(remote(7, 5000));
  const auto greeted = world.hello("pd", 7771);
  const auto answer = world.send("/oscine/v1/hello", 2, 7771, "max", greeted.key);
  EXPECT_THAT(answer, ElementsAre(StartsWith("/hello.reply 2 " + std::to_string(greeted.client) + " ")));
  world.send("/oscine/v1/hello", 3, 7772, "max", greeted.key);
  EXPECT_EQ(world.link.sent.back().to.port, 7772);
  EXPECT_EQ(support::number_in(world.link.sent.back().packet, 1), greeted.client);
  EXPECT_THAT(world.as(remote(7, 6000)).send("/oscine/v1/hello", 4, 7771, "other"),
              ElementsAre(StartsWith("/hello.reply 4 ")))
      << "the reply port that it left is free";
}

TEST(Hello, WithAKeyOfAnEarlierRunIsAPlainHello) {
  World world(open_config());
  EXPECT_THAT(world.as(remote(7, 5000)).send("/oscine/v1/hello", 1, 7771, "pd", 12345),
              ElementsAre(StartsWith("/hello.reply 1 ")));
}

TEST(Guard, ForgetsTheQuietestStrangerAndWithItWhatItMayGet) {
  Guard guard({}, 30s);
  const base::Time now{1h};
  const auto address = [](std::size_t n) {
    return Ip::v4(10, 0, static_cast<std::uint8_t>(n >> 8U), static_cast<std::uint8_t>(n));
  };
  for (std::size_t n = 0; n <= Guard::kStrangers; ++n) guard.heard(address(n), 100, now);
  EXPECT_FALSE(guard.affords(address(0), 1, now));
  EXPECT_TRUE(guard.affords(address(1), 300, now));
  EXPECT_FALSE(guard.affords(address(1), 301, now));
}

// Whatever strangers send, and in whatever order: questions, junk, sound with leaps, bundles of lists, wrong numbers.
TEST(Unproven, NeverGetMoreThanThreeTimesWhatTheySent) {
  for (const unsigned seed : {1U, 2U, 3U, 4U, 5U}) {
    SCOPED_TRACE(seed);
    World world(open_config());
    std::mt19937 random(seed);
    const auto below = [&random](std::uint32_t n) { return static_cast<int>(random() % n); };
    const auto one = [&]() -> Packet {
      switch (below(12)) {
        case 0:
          return osc("/oscine/v1/hello", below(100), below(2) == 0 ? 0 : 7000 + below(4), "pd", below(1 << 24));
        case 1:
          return osc("/oscine/v1/models", below(100));
        case 2:
          return osc("/oscine/v1/model/info", below(100), "sum");
        case 3:
          return osc("/oscine/v1/open", below(1000), "loudness", "", 8000.0, "samples");
        case 4:
          return osc("/oscine/v1/subscribe", below(100), below(2) == 0 ? "log" : "status", 1);
        case 5:
          return osc("/oscine/v1/ping", below(100), 0, 0);
        case 6:
          return osc("/a");
        case 7:
          return osc("/synth/update", 0.5, 0.5);
        case 8:
          return osc("/oscine/v1/frames", below(1 << 24), 0, below(8), 0, 1, 0.5, 0.5);
        case 9:
          return osc("/oscine/v1/status", below(100));
        case 10:
          return osc("/oscine/v1/load", below(100), "sum");
        default:
          return Packet(static_cast<std::size_t>(4 * below(10)), 'x');
      }
    };
    std::map<Ip, std::size_t> in, out;
    std::size_t seen = world.link.sent.size();
    for (int i = 0; i < 3000; ++i) {
      const auto from = remote(static_cast<std::uint8_t>(below(5)), static_cast<std::uint16_t>(5000 + below(4)));
      const auto packet = below(4) == 0 ? bundle({one(), one(), one(), one()}) : one();
      in[from.ip] += packet.size();
      world.as(from).packet(packet);
      if (below(10) == 0) world.advance(std::chrono::milliseconds(below(3000)));
      for (; seen < world.link.sent.size(); ++seen)
        out[world.link.sent[seen].to.ip] += world.link.sent[seen].packet.size();
      for (const auto& [ip, bytes] : out) ASSERT_LE(bytes, 3 * in[ip]) << ip.text() << " after packet " << i;
    }
    EXPECT_GT(world.daemon.guard().withheld(), 100U) << "and there was more to say";
    EXPECT_EQ(out.size(), 5U);
  }
}

}  // namespace
}  // namespace server
