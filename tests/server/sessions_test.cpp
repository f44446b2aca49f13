// open, close, reset, enable, method, set, get: what a client keeps open.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/world.hpp"

namespace server {
namespace {

using support::local;
using support::World;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using namespace std::chrono_literals;

TEST(Open, SaysWhatTheMethodTakesAndGives) {
  World world;
  const auto heard = world.send("/oscine/v1/open", 2, "sum", "", 48000.0, "samples");
  ASSERT_EQ(heard.size(), 1U);
  EXPECT_THAT(heard[0], AllOf(StartsWith("/opened 2 "), ::testing::EndsWith(" 0 2 1 2 1 0.")));
}

TEST(Open, TakesDefaultEmptyOrANamedMethodAndTicks) {
  World world;
  EXPECT_THAT(world.send("/oscine/v1/open", 1, "sum", "default", 48000, "samples"),
              ElementsAre(StartsWith("/opened 1")));
  EXPECT_THAT(world.send("/oscine/v1/open", 2, "sum", "backward", 2.0, "ticks", 960),
              ElementsAre(StartsWith("/opened 2")));
  EXPECT_THAT(world.send("/oscine/v1/open", 3, "sum", "", 48000.0, "samples", 480, "later", 1.0),
              ElementsAre(StartsWith("/opened 3")))
      << "trailing arguments of later versions are ignored";
}

TEST(Open, OfWhatIsNotThereNamesWhatIs) {
  World world;
  EXPECT_THAT(world.send("/oscine/v1/open", 1, "sun", "", 48000.0, "samples"),
              ElementsAre(AllOf(HasSubstr(" 404 "), HasSubstr("did you mean 'sum'?"))));
  EXPECT_THAT(world.send("/oscine/v1/open", 2, "sum", "foward", 48000.0, "samples"),
              ElementsAre(AllOf(HasSubstr(" 404 "), HasSubstr("forward"))));
  EXPECT_THAT(world.send("/oscine/v1/open", 3, "sum", "", 48000.0, "beats"),
              ElementsAre(AllOf(HasSubstr(" 400 "), HasSubstr("unit"), HasSubstr("samples or ticks"))));
  EXPECT_THAT(world.send("/oscine/v1/open", 4, "sum", "", 0.0, "samples"),
              ElementsAre(AllOf(HasSubstr(" 400 "), HasSubstr("unitsPerSecond"))));
  EXPECT_THAT(world.send("/oscine/v1/open", 5, "sum", "", "fast", "samples"),
              ElementsAre(AllOf(HasSubstr(" 400 "), HasSubstr("argument 4 (unitsPerSecond) is a text"))));
  EXPECT_THAT(world.send("/oscine/v1/open", 6, "sum"),
              ElementsAre(AllOf(HasSubstr(" 400 "), HasSubstr("takes 5 or 6"))));
}

TEST(Open, BeyondTheLimitIsBusy) {
  auto config = support::plain_config();
  config.limits.sessions = 2;
  World world(config);
  const auto first = world.open("sum");
  world.open("counter");
  EXPECT_THAT(world.send("/oscine/v1/open", 5, "sum", "", 48000.0, "samples"),
              ElementsAre(AllOf(HasSubstr(" 429 "), HasSubstr("2 sessions"))));
  world.send("/oscine/v1/close", 6, first);
  world.open("sum");
}

// Those that waited for their model were counted before, and not after.
TEST(Open, BeyondTheLimitIsBusyAlsoForThoseThatWaited) {
  auto config = support::plain_config();
  config.limits.sessions = 2;
  World world(config, World::Models::kLoading);
  for (int id = 1; id <= 5; ++id) world.send("/oscine/v1/open", id, "sum", "", 48000.0, "samples");
  world.background.held = false;
  world.settle();
  const auto heard = world.heard();
  EXPECT_EQ(std::count_if(heard.begin(), heard.end(), [](const auto& text) { return text.starts_with("/opened"); }), 2);
  EXPECT_EQ(std::count_if(heard.begin(), heard.end(), [](const auto& text) { return text.starts_with("/fail"); }), 3);
}

TEST(Sessions, WithStateAreIndependent) {
  World world;
  const auto one = world.open("counter");
  const auto two = world.open("counter");
  EXPECT_THAT(world.run(one, 0, 0, 1), ElementsAre(HasSubstr(" 1. 1.")));
  EXPECT_THAT(world.run(one, 0, 0, 2), ElementsAre(HasSubstr(" 2. 2.")));
  EXPECT_THAT(world.run(two, 0, 0, 3), ElementsAre(HasSubstr(" 1. 1.")));
  EXPECT_THAT(world.send("/oscine/v1/ask", 4, "counter", 0.5, 0.5), ElementsAre(HasSubstr(" 1. 1.")));
}

TEST(Sessions, OfAnotherClientAreForbiddenAndThoseThatNeverWereAreGone) {
  World world;
  world.hello("max", 7771);
  const auto session = world.open("sum");
  world.as(local(6000)).hello("pd", 7772);
  for (const char* address : {"/close", "/reset"}) {
    EXPECT_THAT(world.send(std::string("/oscine/v1") + address, 1, session), ElementsAre(HasSubstr(" 403 ")));
    EXPECT_THAT(world.send(std::string("/oscine/v1") + address, 2, 77), ElementsAre(HasSubstr(" 410 ")));
  }
  EXPECT_THAT(world.send("/oscine/v1/enable", 1, session, 0), ElementsAre(HasSubstr(" 403 ")));
  EXPECT_THAT(world.send("/oscine/v1/method", 1, session, "forward"), ElementsAre(HasSubstr(" 403 ")));
  EXPECT_THAT(world.send("/oscine/v1/expire", 1, session, 5), ElementsAre(HasSubstr(" 403 ")));
  EXPECT_THAT(world.send("/oscine/v1/mtu", 1, session, 1000), ElementsAre(HasSubstr(" 403 ")));
  EXPECT_THAT(world.send("/oscine/v1/set", 1, session, "gain", 1.0), ElementsAre(HasSubstr(" 403 ")));
  EXPECT_THAT(world.send("/oscine/v1/get", 1, session, "gain"), ElementsAre(HasSubstr(" 403 ")));
  EXPECT_THAT(world.run(session, 0, 0), ElementsAre(HasSubstr(" 403 ")));
  EXPECT_THAT(world.run(session ^ 1, 0, 0), ElementsAre(HasSubstr(" 410 ")));
  EXPECT_THAT(world.as(local(5000)).run(session, 0, 0), ElementsAre(StartsWith("/result")));
}

TEST(Sessions, OfOneMachineThatNeverSaidHelloAreShared) {
  World world;
  const auto session = world.as(local(5000)).open("counter");
  EXPECT_THAT(world.as(local(5001)).run(session, 0, 0), ElementsAre(HasSubstr(" 1. 1.")))
      << "oscsend has a new port each time";
  EXPECT_EQ(world.link.sent.back().to.port, 5001);
}

TEST(Close, EndsTheSessionOnce) {
  World world;
  const auto session = world.open("sum");
  EXPECT_THAT(world.send("/oscine/v1/close", 1, session), ElementsAre("/done 1 '/oscine/v1/close'"));
  EXPECT_THAT(world.send("/oscine/v1/close", 2, session), ElementsAre(HasSubstr(" 410 ")));
}

TEST(Close, WhatWasTakenIsStillAnswered) {
  World world;
  const auto session = world.open("counter");
  world.workers.held = true;
  world.run(session, 0, 0, 1);
  world.send("/oscine/v1/close", 2, session);
  world.workers.held = false;
  world.settle();
  EXPECT_THAT(world.heard(), ElementsAre(HasSubstr("/result 1 ")));
}

TEST(Reset, BringsStateAndAttributesBack) {
  World world;
  const auto counter = world.open("counter");
  world.run(counter, 0, 0, 1);
  EXPECT_THAT(world.send("/oscine/v1/reset", 2, counter), ElementsAre("/done 2 '/oscine/v1/reset'"));
  EXPECT_THAT(world.run(counter, 0, 0, 3), ElementsAre(HasSubstr(" 1. 1.")));
  const auto amp = world.open("amp");
  world.send("/oscine/v1/set", 4, amp, "gain", 2.0);
  world.send("/oscine/v1/reset", 5, amp);
  EXPECT_THAT(world.run(amp, 0.5F, 0.25F, 6), ElementsAre(HasSubstr(" 0.5 0.25")));
}

TEST(Reset, OfASessionWithoutStateIsDoneAtOnce) {
  World world;
  const auto session = world.open("sum");
  world.workers.held = true;
  EXPECT_THAT(world.send("/oscine/v1/reset", 5, session), ElementsAre("/done 5 '/oscine/v1/reset'"));
}

TEST(Enable, AtRestASessionAnswersSilenceAndItsModelIsNotRun) {
  World world;
  const auto session = world.open("counter");
  EXPECT_THAT(world.send("/oscine/v1/enable", 1, session, 0), ElementsAre(StartsWith("/done 1")));
  const auto ran = world.workers.ran;
  EXPECT_THAT(world.run(session, 0.5F, 0.5F, 2), ElementsAre(HasSubstr(" 0 0 0. 0.")));
  EXPECT_EQ(world.workers.ran, ran);
  world.send("/oscine/v1/enable", 3, session, 1);
  EXPECT_THAT(world.run(session, 0.5F, 0.5F, 4), ElementsAre(HasSubstr(" 1. 1.")));
  EXPECT_THAT(world.send("/oscine/v1/enable", 5, session, 2),
              ElementsAre(AllOf(HasSubstr(" 400 "), HasSubstr("(on)"))));
}

TEST(Method, ChangesFromTheNextRunOn) {
  World world;
  const auto session = world.open("sum");
  EXPECT_THAT(world.send("/oscine/v1/method", 1, session, "backward"), ElementsAre(StartsWith("/done 1")));
  EXPECT_THAT(world.run(session, 0.5F, 0.5F), ElementsAre(StartsWith("/result 7")));
  EXPECT_THAT(world.send("/oscine/v1/method", 2, session, "sideways"),
              ElementsAre(AllOf(HasSubstr(" 404 "), HasSubstr("forward"))));
}

TEST(Set, ActsAndIsReadBack) {
  World world;
  const auto session = world.open("amp");
  EXPECT_THAT(world.send("/oscine/v1/get", 1, session, "gain"), ElementsAre(::testing::EndsWith(" 'gain' 1.")));
  EXPECT_THAT(world.send("/oscine/v1/set", 2, session, "gain", 2), ElementsAre("/done 2 '/oscine/v1/set'"));
  EXPECT_THAT(world.send("/oscine/v1/get", 3, session, "gain"), ElementsAre(::testing::EndsWith(" 'gain' 2.")));
  EXPECT_THAT(world.run(session, 0.5F, 0.25F), ElementsAre(::testing::EndsWith(" 1. 0.5")));
}

TEST(Set, OfWhatCannotBeNamesTheReason) {
  World world;
  const auto session = world.open("amp");
  EXPECT_THAT(world.send("/oscine/v1/set", 1, session, "gian", 1.0),
              ElementsAre(AllOf(HasSubstr(" 404 "), HasSubstr("gain"))));
  EXPECT_THAT(world.send("/oscine/v1/set", 2, session, "gain"), ElementsAre(HasSubstr(" 400 ")));
  EXPECT_THAT(world.send("/oscine/v1/set", 3, session, "gain", 1.0, 2.0), ElementsAre(HasSubstr(" 400 ")));
  EXPECT_THAT(world.send("/oscine/v1/set", 4, session, "gain", 3.0),
              ElementsAre(AllOf(HasSubstr(" 400 "), HasSubstr("0..2"))));
  EXPECT_THAT(world.send("/oscine/v1/set", 5, session, "gain", "loud"), ElementsAre(HasSubstr(" 400 ")));
  const support::Typed blob{'b', support::word(4) + "abcd"};
  EXPECT_THAT(world.send("/oscine/v1/set", 6, session, "gain", blob), ElementsAre(HasSubstr(" 400 ")));
  EXPECT_THAT(world.send("/oscine/v1/get", 7, session, "gain"), ElementsAre(::testing::EndsWith(" 1."))) << "as it was";
  const auto sum = world.open("sum");
  EXPECT_THAT(world.send("/oscine/v1/set", 8, sum, "gain", 1.0), ElementsAre(HasSubstr(" 404 ")));
}

TEST(Set, StandsInLineWithTheRunsOfItsSession) {
  World world;
  const auto session = world.open("amp");
  world.workers.held = true;
  world.run(session, 0.5F, 0.5F, 1);
  world.send("/oscine/v1/set", 2, session, "gain", 2.0);
  world.run(session, 0.5F, 0.5F, 3);
  world.workers.held = false;
  world.settle();
  EXPECT_THAT(world.heard(), ElementsAre(HasSubstr(" 0.5 0.5"), StartsWith("/done 2"), HasSubstr(" 1. 1.")));
}

}  // namespace
}  // namespace server
