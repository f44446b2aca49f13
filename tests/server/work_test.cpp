// run and ask: right and wrong numbers, the queue, deadlines, sizes, and the short way on the network thread.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/world.hpp"

namespace server {
namespace {

using support::fake_model;
using support::local;
using support::osc_with;
using support::World;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using namespace std::chrono_literals;

/// Every model trusted, and any time will do.
Config quick_config() {
  auto config = support::plain_config();
  for (auto& model : config.models) model.trusted = true;
  config.limits.inline_budget = 10s;
  return config;
}

TEST(Run, AnswersWithThePositionAsItCame) {
  World world;
  const auto session = world.open("sum");
  const auto number = std::to_string(session);
  EXPECT_THAT(world.send("/oscine/v1/run", 1, session, 3, 65535, 0.25, 0.5),
              ElementsAre("/result 1 " + number + " 3 65535 0.75 0.75"));
  EXPECT_THAT(world.send("/oscine/v1/run", 2, session, -1, 1, 0.25, 0.5),
              ElementsAre("/result 2 " + number + " -1 1 0.75 0.75"));
}

TEST(Run, TakesAnyNumberOfWholeFrames) {
  World world;
  const auto session = world.open("sum");
  EXPECT_THAT(world.send("/oscine/v1/run", 1, session, 0, 0, 0.25, 0.5, 0, 1),
              ElementsAre(HasSubstr(" 0.75 0.75 1. 1.")));
  EXPECT_THAT(world.send("/oscine/v1/run", 2, session, 0, 0, 0.25, 0.5, 0),
              ElementsAre(AllOf(HasSubstr(" 400 "), HasSubstr("2 numbers"), HasSubstr("3 came"))));
  EXPECT_THAT(world.send("/oscine/v1/run", 3, session, 0, 0), ElementsAre(HasSubstr(" 400 ")));
}

TEST(Run, ValuesOutOfRangeOrOfAnotherTypeAreRefusedByName) {
  World world;
  const auto session = world.open("sum");
  EXPECT_THAT(world.run(session, 0.5F, 1.5F),
              ElementsAre(AllOf(HasSubstr(" 400 "), HasSubstr("y is 1.5"), HasSubstr("0..1"))));
  EXPECT_THAT(world.send("/oscine/v1/run", 1, session, 0, 0, 0.5, "loud"),
              ElementsAre(AllOf(HasSubstr(" 400 "), HasSubstr("a text"))));
  EXPECT_THAT(world.send("/oscine/v1/run", 2, session, 0, 65536, 0.5, 0.5),
              ElementsAre(AllOf(HasSubstr(" 400 "), HasSubstr("(lo)"))));
}

TEST(Run, AModelThatFailsIsNamedAndOthersAreUntouched) {
  auto config = support::plain_config();
  for (const char* does : {"throw", "nan", "shape"}) {
    config.models.push_back(fake_model(does, {{"does", does}, {"when", "1"}}));
  }
  World world(config);
  const auto good = world.open("counter");
  world.run(good, 0, 0, 1);
  for (const char* name : {"throw", "nan", "shape"}) {
    const auto bad = world.open(name);
    EXPECT_THAT(world.run(bad, 1, 0, 2), ElementsAre(AllOf(HasSubstr(" 500 "), HasSubstr(name)))) << name;
    EXPECT_THAT(world.run(bad, 0.5F, 0, 3), ElementsAre(HasSubstr(" 0.5 0.5"))) << name;
  }
  EXPECT_THAT(world.run(good, 0, 0, 4), ElementsAre(HasSubstr(" 2. 2.")));
}

TEST(Ask, OfAnUnknownModelNamesTheNearest) {
  World world;
  EXPECT_THAT(world.send("/oscine/v1/ask", 1, "sun", 0.5, 0.5),
              ElementsAre(AllOf(HasSubstr(" 404 "), HasSubstr("'sum'"))));
  EXPECT_THAT(world.send("/oscine/v1/ask", 2, "sum", 0.5), ElementsAre(AllOf(HasSubstr(" 400 "), HasSubstr("1 came"))));
}

TEST(Ask, OfAModelWithStateHasAnImpliedSessionPerClientThatEndsWithTheLease) {
  World world;
  EXPECT_THAT(world.send("/oscine/v1/ask", 1, "counter", 0.5, 0.5), ElementsAre("/result 1 0 0 0 1. 1."));
  EXPECT_THAT(world.send("/oscine/v1/ask", 2, "counter", 0.5, 0.5), ElementsAre("/result 2 0 0 0 2. 2."));
  world.advance(31s);
  EXPECT_THAT(world.send("/oscine/v1/ask", 3, "counter", 0.5, 0.5), ElementsAre("/result 3 0 0 0 1. 1."));
}

TEST(Queue, RefusesAtOnceWhatItCannotTake) {
  auto config = support::plain_config();
  config.limits.queue = 3;
  World world(config);
  const auto session = world.open("counter");
  world.workers.held = true;
  for (int id = 1; id <= 3; ++id) EXPECT_THAT(world.run(session, 0, 0, id), IsEmpty());
  EXPECT_THAT(world.run(session, 0, 0, 4), ElementsAre(StartsWith("/fail 4 '/oscine/v1/run' 429 ")));
  EXPECT_THAT(world.send("/oscine/v1/ask", 5, "sum", 0.5, 0.5), ElementsAre(HasSubstr(" 429 ")));
  EXPECT_THAT(world.send("/oscine/v1/reset", 6, session), ElementsAre(HasSubstr(" 429 ")));
  EXPECT_EQ(world.daemon.metrics().refused, 3U);
  world.workers.held = false;
  world.settle();
  EXPECT_THAT(world.heard(), ElementsAre(HasSubstr(" 1. 1."), HasSubstr(" 2. 2."), HasSubstr(" 3. 3.")));
  EXPECT_THAT(world.run(session, 0, 0, 7), ElementsAre(HasSubstr(" 4. 4."))) << "a refused one changed nothing";
}

TEST(Queue, JobsOfOneSessionRunInOrder) {
  World world;
  const auto session = world.open("counter");
  world.workers.held = true;
  for (int id = 1; id <= 9; ++id) world.run(session, 0, 0, id);
  world.workers.held = false;
  world.settle();
  const auto heard = world.heard();
  ASSERT_EQ(heard.size(), 9U);
  for (std::size_t i = 0; i < 9; ++i) {
    EXPECT_THAT(heard[i],
                AllOf(StartsWith("/result " + std::to_string(i + 1)), HasSubstr(" " + std::to_string(i + 1) + ". ")));
  }
}

TEST(LongQueue, RefusesWhoDoesNotWaitForItsAnswersAndNobodyElse) {
  World world;
  world.workers.held = true;
  world.workers.slow = true;
  const auto ask = [&](int id) { return world.send("/oscine/v1/ask", id, "sum", 0.25, 0.5); };
  EXPECT_THAT(ask(1), IsEmpty()) << "it waits for nothing else, so it waits";
  EXPECT_THAT(ask(2), ElementsAre(StartsWith("/fail 2 '/oscine/v1/ask' 429 ")));
  EXPECT_THAT(world.as(local(6000)).send("/oscine/v1/ask", 1, "sum", 0.25, 0.5), IsEmpty()) << "somebody else";
  while (world.workers.step()) {
  }
  EXPECT_THAT(world.heard(), ElementsAre(StartsWith("/result 1 "), StartsWith("/result 1 ")));
  EXPECT_THAT(world.as(local(5000)).send("/oscine/v1/ask", 3, "sum", 0.25, 0.5), ElementsAre(HasSubstr(" 429 ")))
      << "a moment ago it did not wait";
  world.advance(1s);
  EXPECT_THAT(ask(4), IsEmpty());
}

TEST(Expire, WorkThatIsOlderWhenItsTurnComesIsDroppedAndSaid) {
  World world;
  const auto session = world.open("counter");
  EXPECT_THAT(world.send("/oscine/v1/expire", 1, session, 50), ElementsAre(StartsWith("/done 1")));
  world.workers.held = true;
  world.run(session, 0, 0, 2);
  world.advance(51ms);
  world.run(session, 0, 0, 3);
  world.workers.held = false;
  world.settle();
  EXPECT_THAT(world.heard(), ElementsAre(StartsWith("/fail 2 '/oscine/v1/run' 408 "), HasSubstr(" 1. 1.")));
  world.send("/oscine/v1/expire", 4, session, 0);
  world.workers.held = true;
  world.run(session, 0, 0, 5);
  world.advance(10s);
  world.workers.held = false;
  world.settle();
  EXPECT_THAT(world.heard(), ElementsAre(HasSubstr(" 2. 2.")));
}

TEST(Mtu, AnAnswerAboveItIs413AndNamesTheWayOut) {
  World world;
  const auto session = world.open("sum");
  const std::vector<float> frames(2 * 300, 0.5F);
  const auto big = [&](int id) { return world.packet(osc_with("/oscine/v1/run", frames, id, session, 0, 0)); };
  EXPECT_THAT(big(1),
              ElementsAre(AllOf(HasSubstr("/fail 1 '/oscine/v1/run' 413 "), HasSubstr("mtu"), HasSubstr("TCP"))));
  EXPECT_THAT(world.send("/oscine/v1/mtu", 2, session, 8192), ElementsAre(StartsWith("/done 2")));
  EXPECT_THAT(big(3), ElementsAre(StartsWith("/result 3 ")));
  EXPECT_THAT(world.send("/oscine/v1/mtu", 4, session, 8193),
              ElementsAre(AllOf(HasSubstr(" 400 "), HasSubstr("512 to 8192"))));
  const auto other = world.open("sum");
  EXPECT_THAT(world.packet(osc_with("/oscine/v1/run", frames, 5, other, 0, 0)), ElementsAre(HasSubstr(" 413 ")));
  world.send("/oscine/v1/mtu", 6, 0, 8192);
  EXPECT_THAT(world.packet(osc_with("/oscine/v1/run", frames, 7, other, 0, 0)), ElementsAre(StartsWith("/result 7 ")));
}

TEST(Mtu, OfASessionHoldsForWhatGetAnswersToo) {
  auto config = support::plain_config();
  models::AttributeCard wide;
  wide.name = "wide";
  wide.types = std::string(400, 'f');
  config.models[2].card.attributes = {wide};
  World world(config);
  const auto session = world.open("amp");
  EXPECT_THAT(world.send("/oscine/v1/get", 1, session, "wide"), ElementsAre(HasSubstr(" 413 ")));
  world.send("/oscine/v1/mtu", 2, session, 4096);
  EXPECT_THAT(world.send("/oscine/v1/get", 3, session, "wide"), ElementsAre(StartsWith("/value 3 ")));
}

TEST(Mtu, NothingThatWeSendIsLargerNotEvenAFailure) {
  World world;
  world.send("/oscine/v1/mtu", 1, 0, 512);
  world.send("/oscine/v1/ask", 2, std::string(3000, 'm'), 0.5, 0.5);
  world.send("/oscine/v1/subscribe", 3, std::string(3000, 't'), 1);
  world.send("/" + std::string(250, 'a'), 4);
  world.send("/oscine/v1/" + std::string(240, 'a'), 5);
  world.send("/oscine/v1/model/info", 6, "sum");
  ASSERT_GE(world.link.sent.size(), 6U);
  for (const auto& sent : world.link.sent) EXPECT_LE(sent.packet.size(), 512U) << support::text_of(sent.packet);
}

TEST(Tcp, AnAnswerIsAsLargeAsAFrameMayBe) {
  World world;
  world.as(support::tcp(1));
  const auto session = world.open("sum");
  const std::vector<float> frames(2 * 5000, 0.5F);
  EXPECT_THAT(world.packet(osc_with("/oscine/v1/run", frames, 1, session, 0, 0)),
              ElementsAre(StartsWith("/result 1 ")));
}

TEST(AtOnce, ATrustedModelWithinTheBudgetIsAnsweredWithoutTheQueue) {
  World world(quick_config());
  const auto session = world.open("sum");
  world.workers.held = true;
  EXPECT_THAT(world.run(session, 0.25F, 0.5F), ElementsAre(HasSubstr(" 0.75 0.75")));
  EXPECT_THAT(world.send("/oscine/v1/ask", 1, "sum", 0.25, 0.5), ElementsAre(HasSubstr(" 0.75 0.75")));
}

TEST(AtOnce, NotWithoutTrustAndNotBeyondTheBudget) {
  auto config = quick_config();
  config.models[0].trusted = false;
  World world(config);
  const auto session = world.open("sum");
  world.workers.held = true;
  EXPECT_THAT(world.run(session, 0.25F, 0.5F), IsEmpty());
  auto strict = quick_config();
  strict.limits.inline_budget = 0us;
  World other(strict);
  const auto there = other.open("sum");
  other.workers.held = true;
  EXPECT_THAT(other.run(there, 0.25F, 0.5F), IsEmpty());
}

TEST(AtOnce, NeverBeforeWhatTheSameSessionHasInTheQueue) {
  World world(quick_config());
  const auto session = world.open("counter");
  world.workers.held = true;
  world.send("/oscine/v1/reset", 1, session);
  EXPECT_THAT(world.run(session, 0, 0, 2), IsEmpty());
  world.workers.held = false;
  world.settle();
  EXPECT_THAT(world.heard(), ElementsAre(StartsWith("/done 1"), HasSubstr(" 1. 1.")));
  world.workers.held = true;
  EXPECT_THAT(world.run(session, 0, 0, 3), ElementsAre(HasSubstr(" 2. 2.")));
}

TEST(KeepWarm, CallsTheModelBetweenQuestionsForASecondAndThenRests) {
  auto config = quick_config();
  config.limits.keep_warm = 5ms;
  World world(config);
  world.open("sum");
  const auto rest = world.daemon.next_due() - world.clock.now();
  world.send("/oscine/v1/ask", 1, "sum", 0.25, 0.5);
  EXPECT_LE(world.daemon.next_due() - world.clock.now(), 5ms);
  world.advance(900ms);
  EXPECT_LE(world.daemon.next_due() - world.clock.now(), 5ms);
  world.advance(200ms);
  EXPECT_GT(world.daemon.next_due() - world.clock.now(), 5ms);
  EXPECT_GT(rest, 5ms) << "nothing was due so soon before the question";
}

TEST(KeepWarm, NeverTouchesAModelWithState) {
  auto config = quick_config();
  config.limits.keep_warm = 5ms;
  World world(config);
  const auto session = world.open("counter");
  EXPECT_THAT(world.run(session, 0, 0, 1), ElementsAre(HasSubstr(" 1. 1.")));
  world.advance(500ms);
  EXPECT_THAT(world.run(session, 0, 0, 2), ElementsAre(HasSubstr(" 2. 2.")));
}

TEST(KeepWarm, GoesOnBesideAnUnload) {
  auto config = quick_config();
  config.limits.keep_warm = 5ms;
  World world(config);
  world.send("/oscine/v1/ask", 1, "sum", 0.25, 0.5);
  world.send("/oscine/v1/unload", 2, "sum");
  world.advance(100ms);
  EXPECT_THAT(world.send("/oscine/v1/ask", 3, "sum", 0.25, 0.5), ElementsAre(HasSubstr("/fail 3")));
}

// What was measured is one call; eight thousand of them in one message held up everybody's packets.
TEST(AtOnce, ThousandsOfFramesInOneMessageGoThroughTheQueue) {
  auto config = quick_config();
  config.limits.inline_budget = 300us;
  World world(config);
  const auto session = world.open("sum");
  world.workers.held = true;
  world.packet(osc_with("/oscine/v1/run", std::vector<float>(2 * 8000, 0.5F), 1, session, 0, 0));
  EXPECT_EQ(world.workers.queued(), 1U);
}

TEST(AtOnce, AnswersAreTheSameAsThroughTheQueue) {
  World slow, fast(quick_config());
  for (auto* world : {&slow, &fast}) world->hello("max", 7771);
  const auto talk = [](World& world) {
    support::Heard all;
    const auto add = [&all](support::Heard heard) {
      for (auto& text : heard) {  // session numbers are random
        if (const auto at = text.find("/result"); at == 0)
          text.replace(0, text.find(' ', text.find(' ', 8) + 1), "/result");
        all.push_back(text);
      }
    };
    for (const char* model : {"sum", "counter", "amp"}) {
      const auto session = world.open(model);
      world.heard();
      add(world.run(session, 0.25F, 0.5F, 11));
      add(world.run(session, 0.25F, 0.5F, 11));
      add(world.run(session, 0.25F, 7, 12));
      add(world.run(session, 0.25F, 0.5F, 0));
      add(world.send("/oscine/v1/run", 13, session, 0, 0, 1));
      add(world.send("/oscine/v1/sync", 14));
      add(world.send("/oscine/v1/reset", 15, session));
      add(world.run(session, 0.75F, 0.125F, 16));
      for (int id = 21; id < 26; ++id) add(world.send("/oscine/v1/ask", id, model, 0.5, 0.25));
    }
    return all;
  };
  EXPECT_EQ(talk(slow), talk(fast));
  EXPECT_LT(fast.workers.ran, slow.workers.ran);
}

TEST(Draining, IsOverWhenAllThatWasTakenIsAnsweredAndNothingNewIsTaken) {
  World world;
  const auto session = world.open("counter");
  world.workers.held = true;
  world.run(session, 0, 0, 1);
  world.daemon.close_doors();
  EXPECT_FALSE(world.daemon.drained());
  EXPECT_THAT(world.run(session, 0, 0, 2), ElementsAre(HasSubstr(" 503 ")));
  world.workers.held = false;
  world.settle();
  EXPECT_THAT(world.heard(), ElementsAre(HasSubstr("/result 1 ")));
  EXPECT_TRUE(world.daemon.drained());
}

// Answers that the pace held back were lost when the daemon left.
TEST(Draining, WaitsForAnswersThatThePaceHoldsBack) {
  World world;
  const auto session = world.open("counter");
  world.workers.held = true;
  for (int id = 1; id <= 60; ++id) world.run(session, 0, 0, id);
  world.daemon.close_doors();
  world.workers.held = false;
  world.settle();
  EXPECT_LT(world.heard().size(), 60U);
  EXPECT_FALSE(world.daemon.drained());
  world.advance(10ms);
  EXPECT_TRUE(world.daemon.drained());
}

}  // namespace
}  // namespace server
