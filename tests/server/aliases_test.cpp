// Other people's addresses, by configuration.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "support/world.hpp"

namespace server {
namespace {

using support::local;
using support::World;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;
using namespace std::chrono_literals;

Config course() {
  auto config = support::plain_config();
  auto general = support::alias_of("/synth/update", "sum");
  auto printed = support::alias_of("/synth/update", "amp");
  printed.port = 8001;
  printed.to = {true, "", 8000};
  auto back = support::alias_of("/synth/back", "counter");
  back.to = {true, "", 0};
  back.method = "backward";
  back.send = {{"filter", "/only/filter"}};
  auto broken = support::alias_of("/synth/broken", "broken");
  config.models.push_back(support::fake_model("broken", {{"does", "nan"}, {"when", "1"}}));
  config.aliases = {general, printed, back, broken};
  return config;
}

Peer by(std::uint16_t our_port, std::uint16_t from = 5000) {
  auto peer = local(from);
  peer.local_port = our_port;
  return peer;
}

TEST(Alias, SendsEachNamedOutputInOrderToItsDestination) {
  World world(course());
  world.daemon.receive(local(5000), support::bytes(support::osc("/synth/update", 0.25, 0.5)));
  world.settle();
  EXPECT_THAT(world.heard_where(),
              ElementsAre("127.0.0.1:7771 /synth/pitch 0.75", "127.0.0.1:7771 /synth/filter 0.75"));
}

TEST(Alias, TakesIntegersAsNumbers) {
  World world(course());
  EXPECT_THAT(world.send("/synth/update", 1, 0), ElementsAre("/synth/pitch 1.", "/synth/filter 1."));
}

TEST(Alias, OnAPortOfItsOwnComesBeforeTheOneForAllPorts) {
  World world(course());
  world.daemon.receive(by(8001), support::bytes(support::osc("/synth/update", 0.25, 0.5)));
  world.settle();
  EXPECT_THAT(world.heard_where(), ElementsAre("127.0.0.1:8000 /synth/pitch 0.25", "127.0.0.1:8000 /synth/filter 0.5"));
  EXPECT_EQ(world.link.sent.back().to.local_port, 8001) << "from the socket that was asked";
}

TEST(Alias, MayAnswerWhereItWasAskedFromAndByAnotherMethod) {
  World world(course());
  world.daemon.receive(by(7770, 6543), support::bytes(support::osc("/synth/back", 0.25, 0.5)));
  world.settle();
  EXPECT_THAT(world.heard_where(), ElementsAre("127.0.0.1:6543 /only/filter 1."));
}

TEST(Alias, OfAModelWithStateRemembersPerSender) {
  World world(course());
  EXPECT_THAT(world.as(local(5000)).send("/synth/back", 0.25, 0.5), ElementsAre("/only/filter 1."));
  EXPECT_THAT(world.as(local(5000)).send("/synth/back", 0.25, 0.5), ElementsAre("/only/filter 2."));
  EXPECT_THAT(world.as(local(6000)).send("/synth/back", 0.25, 0.5), ElementsAre("/only/filter 1."));
}

TEST(Alias, TheSameBytesAreANewMoveEachTime) {
  World world(course());
  EXPECT_THAT(world.send("/synth/update", 0.25, 0.5), SizeIs(2));
  EXPECT_THAT(world.send("/synth/update", 0.25, 0.5), SizeIs(2));
}

// What each wrong message is told, at the alias's own destination and in the log.
struct Wrong {
  const char* what;
  support::Packet packet;
  const char* code;
  const char* sentence;
};

class WrongAlias : public ::testing::TestWithParam<Wrong> {};

TEST_P(WrongAlias, IsToldAtTheDestinationAndLogged) {
  World world(course());
  world.daemon.receive(local(5000), support::bytes(GetParam().packet));
  world.settle();
  const auto heard = world.heard_where();
  EXPECT_THAT(heard,
              ElementsAre(AllOf(StartsWith(std::string("127.0.0.1:7771 /fail 0 '/synth/update' ") + GetParam().code),
                                HasSubstr(GetParam().sentence))));
  EXPECT_TRUE(world.log.holds(GetParam().sentence));
}

INSTANTIATE_TEST_SUITE_P(
    All, WrongAlias,
    ::testing::Values(
        Wrong{"OneArgument", support::osc("/synth/update", 0.25), "400", "1 argument came; 2 are expected: x, y"},
        Wrong{"ThreeArguments", support::osc("/synth/update", 0.1, 0.2, 0.3), "400",
              "3 arguments came; 2 are expected"},
        Wrong{"None", support::osc("/synth/update"), "400", "no arguments came"},
        Wrong{"AText", support::osc("/synth/update", 0.25, "loud"), "400", "argument 2 (y) is a text"},
        Wrong{"NaN", support::osc("/synth/update", 0.25, std::numeric_limits<double>::quiet_NaN()), "400", "NaN"},
        Wrong{"Infinity", support::osc("/synth/update", std::numeric_limits<double>::infinity(), 0.5), "400",
              "infinite"},
        Wrong{"OutOfRange", support::osc("/synth/update", 0.25, 7.0), "400", "y is 7"}),
    [](const auto& instance) { return instance.param.what; });

TEST(AliasFailure, OfTheModelIsNamed) {
  World world(course());
  EXPECT_THAT(world.send("/synth/broken", 1.0, 0.5),
              ElementsAre(AllOf(StartsWith("/fail 0 '/synth/broken' 500 "), HasSubstr("broken"))));
  EXPECT_THAT(world.send("/synth/broken", 0.5, 0.5), SizeIs(2)) << "the next one is fine";
}

TEST(AliasFailure, OfTheSameCauseIsToldOnceASecond) {
  World world(course());
  EXPECT_THAT(world.send("/synth/update", 0.25), SizeIs(1));
  for (int i = 0; i < 9; ++i) {
    world.advance(100ms);
    EXPECT_THAT(world.send("/synth/update", 0.25), IsEmpty());
  }
  EXPECT_THAT(world.send("/synth/update", 0.25, 0.5, 1.0), SizeIs(1)) << "another cause";
  world.advance(100ms);
  EXPECT_THAT(world.send("/synth/update", 0.25), SizeIs(1));
  EXPECT_EQ(world.daemon.metrics().failed, 12U) << "counted all the same";
}

TEST(AliasFailure, OfManyCausesIsToldTwentyTimesASecond) {
  World world(course());
  std::size_t told = 0;
  for (int i = 0; i < 200; ++i) told += world.send("/synth/update", 0.25, 2.0 + i).size();
  EXPECT_EQ(told, 20U);
}

TEST(AliasFailure, OfAFullQueueIsTold) {
  auto config = course();
  config.limits.queue = 1;
  World world(config);
  world.workers.held = true;
  world.send("/synth/update", 0.25, 0.5);
  EXPECT_THAT(world.send("/synth/update", 0.25, 0.5), ElementsAre(StartsWith("/fail 0 '/synth/update' 429 ")));
}

TEST(AliasFailure, OfAModelThatIsUnloaded) {
  World world(course());
  world.send("/oscine/v1/unload", 1, "sum");
  EXPECT_THAT(world.send("/synth/update", 0.25, 0.5),
              ElementsAre(AllOf(StartsWith("/fail 0 '/synth/update' 409 "), HasSubstr("sum"))));
}

}  // namespace
}  // namespace server
