// One answer per request: ids, kept answers, sync.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "support/world.hpp"

namespace server {
namespace {

using support::local;
using support::osc;
using support::World;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;
using namespace std::chrono_literals;

TEST(Kept, ARepeatOfTheSameBytesGetsTheSameAnswerAndRunsOnce) {
  World world;
  const auto session = world.open("counter");
  const auto first = world.run(session, 0.5F, 0.5F);
  EXPECT_EQ(world.run(session, 0.5F, 0.5F), first);
  EXPECT_EQ(world.run(session, 0.5F, 0.5F), first);
  EXPECT_THAT(world.run(session, 0.5F, 0.5F, 8), ElementsAre(HasSubstr(" 2. 2."))) << "another id is another request";
}

TEST(Kept, ARepeatWhileTheFirstIsAtWorkIsDropped) {
  World world;
  const auto session = world.open("counter");
  world.workers.held = true;
  world.run(session, 0.5F, 0.5F);
  world.run(session, 0.5F, 0.5F);
  EXPECT_EQ(world.workers.queued(), 1U);
  world.workers.held = false;
  world.settle();
  EXPECT_THAT(world.heard(), SizeIs(1));
}

TEST(Kept, ARepeatWhileTheFirstIsAtWorkForAMinuteIsStillDropped) {
  World world;
  const auto session = world.open("counter");
  world.workers.held = true;
  world.run(session, 0.5F, 0.5F);
  for (int i = 0; i < 6; ++i) {
    world.advance(10s);
    world.run(session, 0.5F, 0.5F);
  }
  EXPECT_EQ(world.workers.queued(), 1U);
}

TEST(Kept, AfterFiveSecondsTheSameBytesAreANewRequest) {
  World world;
  const auto session = world.open("counter");
  world.run(session, 0.5F, 0.5F);
  world.advance(4999ms);
  EXPECT_THAT(world.run(session, 0.5F, 0.5F), ElementsAre(HasSubstr(" 1. 1.")));
  world.advance(1ms);
  EXPECT_THAT(world.run(session, 0.5F, 0.5F), ElementsAre(HasSubstr(" 2. 2.")));
}

TEST(Kept, TheLast256OfAClient) {
  World world;
  const auto session = world.open("counter");
  world.run(session, 0.5F, 0.5F, 1);
  for (int id = 2; id <= 256; ++id) world.run(session, 0.5F, 0.5F, id);
  EXPECT_THAT(world.run(session, 0.5F, 0.5F, 1), ElementsAre(HasSubstr(" 1. 1."))) << "256 are kept, with the first";
  world.run(session, 0.5F, 0.5F, 257);
  EXPECT_THAT(world.run(session, 0.5F, 0.5F, 1), ElementsAre(HasSubstr(" 258. 258."))) << "the oldest made room";
}

TEST(Kept, AreOfOneClientOnly) {
  World world;
  EXPECT_THAT(world.send("/oscine/v1/ask", 1, "counter", 0.5, 0.5), ElementsAre("/result 1 0 0 0 1. 1."));
  EXPECT_THAT(world.send("/oscine/v1/ask", 2, "counter", 0.5, 0.5), ElementsAre("/result 2 0 0 0 2. 2."));
  EXPECT_THAT(world.as(local(6000)).send("/oscine/v1/ask", 1, "counter", 0.5, 0.5),
              ElementsAre("/result 1 0 0 0 1. 1."))
      << "its own implied session, its own kept answers";
}

TEST(Kept, AFailureIsAnAnswerToo) {
  World world;
  const auto first = world.send("/oscine/v1/unload", 1, "nobody");
  EXPECT_THAT(first, ElementsAre(HasSubstr(" 404 ")));
  EXPECT_EQ(world.send("/oscine/v1/unload", 1, "nobody"), first);
  EXPECT_EQ(world.daemon.metrics().failed, 1U);
}

TEST(Kept, ReadsRunAgain) {
  World world;
  const auto before = world.send("/oscine/v1/ping", 1, 0, 0);
  world.advance(1ms);
  EXPECT_NE(world.send("/oscine/v1/ping", 1, 0, 0), before);
}

TEST(Kept, NeverForIdZero) {
  World world;
  const auto session = world.open("counter");
  EXPECT_THAT(world.run(session, 0.5F, 0.5F, 0), ElementsAre(HasSubstr("/result 0 ")));
  EXPECT_THAT(world.run(session, 0.5F, 0.5F, 0), ElementsAre(HasSubstr(" 2. 2.")));
}

TEST(Ids, ZeroMeansNoDoneButResultsAndFailuresAllTheSame) {
  World world;
  const auto session = world.open("amp");
  EXPECT_THAT(world.send("/oscine/v1/set", 0, session, "gain", 2.0), IsEmpty());
  EXPECT_THAT(world.run(session, 0.5F, 0.25F, 0), ElementsAre(HasSubstr("/result 0 "))) << "a result";
  EXPECT_THAT(world.send("/oscine/v1/set", 0, session, "gian", 2.0),
              ElementsAre(AllOf(StartsWith("/fail 0 '/oscine/v1/set' 404 "), HasSubstr("gain"))));
  EXPECT_THAT(world.send("/oscine/v1/models", 0), SizeIs(3)) << "items, without the done at their end";
}

TEST(Ids, AWholeFloatIsAnIdAndAnyOtherIsNot) {
  World world;
  EXPECT_THAT(world.send("/oscine/v1/sync", 5.0), ElementsAre("/done 5 '/oscine/v1/sync'"));
  EXPECT_THAT(world.send("/oscine/v1/sync", 5.5), ElementsAre(StartsWith("/fail 0 '/oscine/v1/sync' 400 ")));
}

TEST(Ids, ThoseThatAFloatCannotHoldAreRefused) {
  World world;
  EXPECT_THAT(world.send("/oscine/v1/sync", 16777216), ElementsAre("/done 16777216 '/oscine/v1/sync'"));
  EXPECT_THAT(world.send("/oscine/v1/sync", -16777216), ElementsAre("/done -16777216 '/oscine/v1/sync'"));
  EXPECT_THAT(world.send("/oscine/v1/sync", 16777217),
              ElementsAre(AllOf(StartsWith("/fail 0 '/oscine/v1/sync' 400 "), HasSubstr("16777217"))));
}

// In a packet that is no OSC, such an id was taken over into the failure, where no host could read it.
TEST(Ids, ThoseThatAFloatCannotHoldAreNotReadFromMalformedPacketsEither) {
  World world;
  auto broken = osc("/oscine/v1/set", 16777217, 1, "gain", 1.0);
  broken.resize(broken.size() - 4);
  EXPECT_THAT(world.packet(broken), IsEmpty());
  EXPECT_EQ(world.daemon.metrics().malformed, 1U);
}

TEST(Ids, EveryIntegerTypeWillDo) {
  World world;
  EXPECT_THAT(world.send("/oscine/v1/sync", support::Typed{'h', support::word(0) + support::word(9)}),
              ElementsAre("/done 9 '/oscine/v1/sync'"));
}

TEST(Sync, IsAnsweredAtOnceWhenNothingIsAtWork) {
  World world;
  EXPECT_THAT(world.send("/oscine/v1/sync", 1), ElementsAre("/done 1 '/oscine/v1/sync'"));
}

TEST(Sync, WaitsForEverythingEarlierOfItsClient) {
  World world;
  const auto session = world.open("counter");
  const auto other = world.open("counter");
  world.workers.held = true;
  world.run(session, 0.5F, 0.5F, 11);
  world.run(other, 0.5F, 0.5F, 12);
  EXPECT_THAT(world.send("/oscine/v1/sync", 13), IsEmpty());
  world.run(session, 0.5F, 0.5F, 14);
  world.workers.step();
  EXPECT_THAT(world.heard(), ElementsAre(StartsWith("/result 11")));
  world.workers.step();
  EXPECT_THAT(world.heard(), ElementsAre(StartsWith("/result 12"), StartsWith("/done 13")));
  world.workers.step();
  EXPECT_THAT(world.heard(), ElementsAre(StartsWith("/result 14")));
}

TEST(Sync, DoesNotWaitForOtherClients) {
  World world;
  const auto session = world.open("counter");
  world.workers.held = true;
  world.run(session, 0.5F, 0.5F, 11);
  EXPECT_THAT(world.as(local(6000)).send("/oscine/v1/sync", 13), ElementsAre(StartsWith("/done 13")));
}

TEST(Sync, WaitsForAnAliasToo) {
  auto config = support::plain_config();
  config.aliases = {support::alias_of("/synth/update", "sum")};
  World world(config);
  world.workers.held = true;
  EXPECT_THAT(world.send("/synth/update", 0.25, 0.5), IsEmpty());
  EXPECT_THAT(world.send("/oscine/v1/sync", 13), IsEmpty());
  world.workers.step();
  EXPECT_THAT(world.heard(), ElementsAre("/synth/pitch 0.75", "/synth/filter 0.75", StartsWith("/done 13")));
}

TEST(Sync, WaitsForALoad) {
  World world;
  world.background.held = true;
  world.send("/oscine/v1/reload", 1, "sum");
  EXPECT_THAT(world.send("/oscine/v1/sync", 2), IsEmpty());
  world.background.held = false;
  world.settle();
  EXPECT_THAT(world.heard(), ElementsAre(StartsWith("/done 1"), StartsWith("/done 2")));
}

TEST(Answers, OneForEachOfAThousandWhateverBecomesOfThem) {
  World world;
  world.hello("max", 7771);
  std::vector<std::int32_t> sessions;
  for (int i = 0; i < 5; ++i) sessions.push_back(world.open(i % 2 == 0 ? "counter" : "sum"));
  world.workers.held = true;
  world.link.sent.clear();
  for (int id = 1; id <= 1000; ++id) {  // good ones, values out of range, and more than the queue takes
    const auto session = sessions[static_cast<std::size_t>(id % 5)];
    const auto packet = osc("/oscine/v1/run", id, session, 0, 0, 0.5, id % 7 == 0 ? 2.0 : 0.5);
    world.daemon.receive(local(5000), support::bytes(packet));
    if (id % 3 == 0) world.workers.step();
  }
  world.workers.held = false;
  world.settle();
  world.advance(1s);
  std::vector<int> answers(1001, 0);
  for (const auto& sent : world.link.sent) ++answers.at(static_cast<std::size_t>(support::number_in(sent.packet, 0)));
  EXPECT_EQ(std::count(answers.begin() + 1, answers.end(), 1), 1000);
}

}  // namespace
}  // namespace server
