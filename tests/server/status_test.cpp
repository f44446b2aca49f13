// ping, status, subscribe: nothing hidden.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/world.hpp"

namespace server {
namespace {

using support::local;
using support::World;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;
using namespace std::chrono_literals;

/// The n-th argument of the last packet.
double last(const World& world, std::size_t n) { return support::number_in(world.link.sent.back().packet, n); }

TEST(Ping, GivesThePositionBackWithTheTimeSinceBoot) {
  World world;
  world.advance(3s + 250us);
  EXPECT_THAT(world.send("/oscine/v1/ping", 4, 12, 65535), ElementsAre("/pong 4 12 65535 3 250"));
  EXPECT_THAT(world.send("/oscine/v1/ping", 0, -5, 0), ElementsAre("/pong 0 -5 0 3 250"));
}

TEST(Figures, CountEachModelsCallsAlsoThoseThatFail) {
  auto config = support::plain_config();
  config.models.push_back(support::fake_model("throws", {{"does", "throw"}, {"when", "0.25"}}));
  World world(config);
  world.send("/oscine/v1/ask", 1, "sum", 0.5F, 0.5F);
  world.send("/oscine/v1/ask", 2, "sum", 0.5F, 0.5F);
  world.send("/oscine/v1/ask", 3, "throws", 0.25F, 0.5F);
  const auto figures = world.daemon.figures();
  EXPECT_EQ(figures.models.at("sum").counts.calls.count, 2U);
  EXPECT_EQ(figures.models.at("sum").counts.failures, 0U);
  EXPECT_EQ(figures.models.at("throws").counts.failures, 1U);
  EXPECT_EQ(figures.models.at("counter").state, "ready");
  EXPECT_EQ(figures.answers.count, 3U);
  EXPECT_EQ(figures.failed, 1U);
}

TEST(Figures, SortDurationsByTheirUpperBound) {
  Latencies latencies;
  for (const auto took : {100us, 101us, 5000000us, 5000001us}) latencies.add(took);
  EXPECT_EQ(latencies.within.front(), 1U);
  EXPECT_EQ(latencies.within.at(1), 1U);
  EXPECT_EQ(latencies.within.back(), 1U);
  EXPECT_EQ(latencies.count, 4U);
}

TEST(Status, CountsWhatThereIs) {
  auto config = support::plain_config();
  config.limits.queue = 2;
  World world(config);
  const auto session = world.open("counter");
  world.open("sum");
  world.workers.held = true;
  for (int id = 1; id <= 5; ++id) world.run(session, 0, 0, id);
  world.advance(7s);
  EXPECT_THAT(world.send("/oscine/v1/status", 9), ElementsAre(StartsWith("/status.reply 9 7 3 2 2 ")));
  EXPECT_EQ(last(world, 8), 0) << "late";
  EXPECT_EQ(last(world, 9), 3) << "refused";
  world.workers.held = false;
  world.settle();
  world.send("/oscine/v1/close", 10, session);
  world.send("/oscine/v1/unload", 11, "amp");
  world.heard();
  EXPECT_THAT(world.send("/oscine/v1/status", 12), ElementsAre(StartsWith("/status.reply 12 7 2 1 0 ")));
}

TEST(Status, TellsHowLongAnswersTookLately) {
  World world;
  const auto session = world.open("counter");
  for (int id = 1; id <= 100; ++id) {
    world.workers.held = true;
    world.run(session, 0, 0, id);
    world.clock.advance(id <= 90 ? 1ms : 40ms);
    world.workers.held = false;
    world.settle();
  }
  world.send("/oscine/v1/status", 0);
  EXPECT_NEAR(last(world, 6), 1, 0.1) << "p50";
  EXPECT_NEAR(last(world, 7), 40, 4) << "p99";
  world.advance(60s);
  world.send("/oscine/v1/status", 0);
  EXPECT_EQ(last(world, 7), 0) << "a minute ago is not lately";
}

TEST(Subscribe, StatusComesAtOnceAndEverySecondUntilTheLeaseEnds) {
  World world;
  world.hello("max", 7771);
  EXPECT_THAT(world.send("/oscine/v1/subscribe", 1, "status", 1),
              ElementsAre(StartsWith("/done 1"), StartsWith("/status.reply 0 ")));
  world.advance(3s);
  EXPECT_THAT(world.heard(), SizeIs(3));
  EXPECT_EQ(world.link.sent.back().to.port, 7771);
  world.advance(60s);
  world.heard();
  world.advance(10s);
  EXPECT_THAT(world.heard(), IsEmpty());
}

TEST(Subscribe, OffEndsIt) {
  World world;
  world.send("/oscine/v1/subscribe", 1, "status", 1);
  EXPECT_THAT(world.send("/oscine/v1/subscribe", 2, "status", 0), ElementsAre(StartsWith("/done 2")));
  world.advance(5s);
  EXPECT_THAT(world.heard(), IsEmpty());
}

TEST(Subscribe, ManySubscribersGetOneEach) {
  World world;
  for (std::uint16_t port = 5000; port < 5010; ++port)
    world.as(local(port)).send("/oscine/v1/subscribe", 1, "status", 1);
  world.advance(1s);
  world.heard();
  world.advance(1s);
  EXPECT_THAT(world.heard(), SizeIs(10));
}

TEST(Subscribe, LogIsAskedForAndPushed) {
  World world;
  EXPECT_FALSE(world.daemon.log_subscribed());
  world.send("/oscine/v1/subscribe", 1, "log", 1);
  EXPECT_TRUE(world.daemon.log_subscribed());
  world.daemon.tell_log(Level::kWarn, "a line");
  EXPECT_THAT(world.heard(), ElementsAre("/log 'warn' 'a line'"));
  world.advance(31s);
  EXPECT_FALSE(world.daemon.log_subscribed()) << "the lease is over";
}

TEST(Subscribe, AnUnknownTopicNamesThoseThereAre) {
  World world;
  EXPECT_THAT(world.send("/oscine/v1/subscribe", 1, "weather", 1),
              ElementsAre(AllOf(HasSubstr(" 404 "), HasSubstr("status, log, model.state and event"))));
}

TEST(Log, NamesWhoWhatWhichIdAndHowLong) {
  World world;
  world.log.set_level(Level::kDebug);
  world.hello("max", 7771);
  world.send("/oscine/v1/ask", 77, "sum", 0.5, 0.5);
  EXPECT_THAT(world.log.lines,
              Contains(AllOf(StartsWith("debug 127.0.0.1:7771 max /oscine/v1/ask #77 "), HasSubstr(" ms: answered"))));
  EXPECT_TRUE(world.log.holds("hello"));
}

}  // namespace
}  // namespace server
