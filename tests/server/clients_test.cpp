// Who is there, and where its answers go: hello, attach, bye, leases, implied clients.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/world.hpp"

namespace server {
namespace {

using support::local;
using support::remote;
using support::tcp;
using support::World;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using namespace std::chrono_literals;

Config small(int clients) {
  auto config = support::plain_config();
  config.limits.clients = clients;
  return config;
}

Config open_to_the_network() {
  auto config = support::plain_config();
  Range range;
  range.address = Ip::v4(192, 168, 1, 0).bytes;
  range.bits = 120;
  config.allow = {range};
  return config;
}

TEST(Hello, IsAnsweredAtTheReplyPortWithAllThatAClientNeeds) {
  World world;
  world.as(local(5000)).packet(support::osc("/oscine/v1/hello", 9, 7771, "max"));
  ASSERT_EQ(world.link.sent.size(), 1U);
  const auto& sent = world.link.sent[0];
  EXPECT_EQ(sent.to.text(), "127.0.0.1:7771");
  EXPECT_THAT(support::text_of(sent.packet), StartsWith("/hello.reply 9 "));
  EXPECT_GT(support::number_in(sent.packet, 1), 0) << "client";
  EXPECT_GT(support::number_in(sent.packet, 2), 0) << "boot";
  EXPECT_EQ(support::number_in(sent.packet, 3), protocol::kMinor);
  EXPECT_EQ(support::number_in(sent.packet, 5), 30) << "leaseSeconds";
  EXPECT_GT(support::number_in(sent.packet, 6), 0) << "key";
}

TEST(Hello, WithoutAReplyPortIsAnsweredWhereItCameFrom) {
  World world;
  world.as(local(5000)).packet(support::osc("/oscine/v1/hello", 1, 0, "sc"));
  EXPECT_EQ(world.link.sent.at(0).to.text(), "127.0.0.1:5000");
}

TEST(Hello, AllFloatsAsPdSendsThemIsTheSame) {
  World world;
  EXPECT_THAT(world.send("/oscine/v1/hello", 1.0, 7771.0, "pd"), ElementsAre(StartsWith("/hello.reply 1 ")));
  EXPECT_EQ(world.link.sent.at(0).to.port, 7771);
}

TEST(Hello, TheSameAgainIsTheSameClientWithItsSessions) {
  World world;
  const auto first = world.hello("max", 7771);
  const auto session = world.open("sum");
  const auto again = world.as(local(5999)).hello("max", 7771);  // Max opened a new udpsend
  EXPECT_EQ(again.client, first.client);
  EXPECT_EQ(again.key, first.key);
  EXPECT_THAT(world.run(session, 0.25F, 0.5F), ElementsAre(HasSubstr("0.75 0.75")));
  EXPECT_EQ(world.daemon.clients().all().size(), 1U);
}

TEST(Hello, TheSameSendingPortIsTheSameClientWhereNoReplyPortIsNamed) {
  World world;
  const auto first = world.hello("sc", 0);
  EXPECT_EQ(world.hello("sc", 0).client, first.client);
  EXPECT_NE(world.as(local(5001)).hello("sc", 0).client, first.client);
}

TEST(Hello, AnotherNameOnATakenReplyPortIsToldToTheSendingPort) {
  World world;
  const auto first = world.hello("max", 7771);
  world.heard();
  world.as(local(6000)).packet(support::osc("/oscine/v1/hello", 4, 7771, "pd"));
  EXPECT_EQ(world.link.sent.back().to.text(), "127.0.0.1:6000");
  EXPECT_THAT(support::text_of(world.link.sent.back().packet),
              AllOf(StartsWith("/fail 4 '/oscine/v1/hello' 409 "), HasSubstr("7771"), HasSubstr("'max'")));
  EXPECT_EQ(world.as(local(5000)).hello("max", 7771).client, first.client);
}

TEST(Hello, AReplyPortIsFreeAgainAfterByeAndAfterTheLease) {
  World world;
  world.hello("max", 7771);
  EXPECT_THAT(world.send("/oscine/v1/bye", 2), ElementsAre("/done 2 '/oscine/v1/bye'"));
  world.as(local(6000)).hello("pd", 7771);
  world.advance(31s);
  world.as(local(6001)).hello("sc", 7771);
}

TEST(Hello, LoopbackIsOneHostWhicheverWayItCame) {
  World world;
  const auto first = world.hello("max", 7771);
  auto other = local(6000);
  other.ip = *Ip::parse("::1");
  EXPECT_EQ(world.as(other).hello("max", 7771).client, first.client);
  other.ip = *Ip::parse("::ffff:127.0.0.2");
  EXPECT_EQ(world.as(other).hello("max", 7771).client, first.client);
}

TEST(Hello, TheSameReplyPortOnAnotherHostIsAnotherClient) {
  World world(open_to_the_network());
  const auto here = world.hello("max", 7771);
  const auto there = world.as(remote(7, 5000)).hello("pd", 7771);
  EXPECT_NE(here.client, there.client);
  EXPECT_EQ(world.link.sent.back().to.text(), "192.168.1.7:7771") << "never to another host than the one that asked";
}

TEST(Hello, BootIsTheSameForAllAndKeysAreNot) {
  World world;
  const auto first = world.hello("a", 0);
  const auto second = world.as(local(5001)).hello("b", 0);
  EXPECT_EQ(first.boot, second.boot);
  EXPECT_NE(first.key, second.key);
}

TEST(Implied, AnswersGoToTheSendingPort) {
  World world;
  world.as(local(5123)).send("/oscine/v1/ping", 1, 0, 0);
  EXPECT_EQ(world.link.sent.at(0).to.text(), "127.0.0.1:5123");
}

TEST(Implied, FromLoopbackAnswersGoToTheReplyPortOfTheConfiguration) {
  auto config = open_to_the_network();
  config.reply_port = 7771;
  World world(config);
  world.as(local(5123)).send("/oscine/v1/ping", 1, 0, 0);
  EXPECT_EQ(world.link.sent.at(0).to.text(), "127.0.0.1:7771");
  world.as(remote(7, 5123)).send("/oscine/v1/ping", 1, 0, 0);
  EXPECT_EQ(world.link.sent.at(1).to.text(), "192.168.1.7:5123");
  world.as(tcp(1)).send("/oscine/v1/ping", 1, 0, 0);
  EXPECT_EQ(world.link.sent.at(2).to.connection, 1U);
}

TEST(Implied, HelloWithoutAReplyPortEndsTheReplyPortOfTheConfiguration) {
  auto config = support::plain_config();
  config.reply_port = 7771;
  World world(config);
  world.hello("sc", 0);
  world.send("/oscine/v1/ping", 1, 0, 0);
  EXPECT_EQ(world.link.sent.back().to.text(), "127.0.0.1:5000");
}

TEST(Attach, ASecondPortSharesTheSessionsAndTheReplyPort) {
  World world;
  const auto max = world.hello("max", 7771);
  const auto session = world.open("sum");
  world.as(local(6000));
  EXPECT_THAT(world.send("/oscine/v1/attach", 3, max.client, max.key), ElementsAre("/done 3 '/oscine/v1/attach'"));
  EXPECT_THAT(world.run(session, 0.5F, 0.5F), ElementsAre(HasSubstr("1. 1.")));
  EXPECT_EQ(world.link.sent.back().to.port, 7771);
}

TEST(Attach, AConnectionIsAnsweredOnItself) {
  World world;
  const auto max = world.hello("max", 7771);
  const auto session = world.open("sum");
  world.as(tcp(4)).send("/oscine/v1/attach", 3, max.client, max.key, 0);
  EXPECT_THAT(world.run(session, 0.5F, 0.5F), ElementsAre(HasSubstr("1. 1.")));
  EXPECT_EQ(world.link.sent.back().to.connection, 4U);
  world.daemon.disconnected(tcp(4));
  EXPECT_THAT(world.as(local(5000)).run(session, 0.5F, 0.5F), ElementsAre(HasSubstr("1. 1.")))
      << "the client lives on behind its port";
}

TEST(Attach, AWrongKeyAnotherHostAndAnUnknownClientAreForbidden) {
  World world(open_to_the_network());
  const auto max = world.hello("max", 7771);
  const auto forbidden = ElementsAre(StartsWith("/fail 3 '/oscine/v1/attach' 403 "));
  EXPECT_THAT(world.as(local(6000)).send("/oscine/v1/attach", 3, max.client, max.key ^ 1), forbidden);
  EXPECT_THAT(world.as(remote(9, 5000)).send("/oscine/v1/attach", 3, max.client, max.key), forbidden);
  EXPECT_THAT(world.as(local(6001)).send("/oscine/v1/attach", 3, 123456, max.key), forbidden);
}

TEST(Attach, ARepeatIsAnsweredFromWhatIsKept) {
  World world;
  const auto max = world.hello("max", 7771);
  world.as(local(6000)).send("/oscine/v1/attach", 3, max.client, max.key);
  EXPECT_THAT(world.send("/oscine/v1/attach", 3, max.client, max.key), ElementsAre("/done 3 '/oscine/v1/attach'"));
}

TEST(Attach, WithEvents1PushesComeToThatConnection) {
  World world;
  const auto max = world.hello("max", 7771);
  world.send("/oscine/v1/subscribe", 2, "model.state", 1);
  world.as(tcp(4)).send("/oscine/v1/attach", 3, max.client, max.key, 1);
  world.send("/oscine/v1/unload", 4, "sum");
  ASSERT_GE(world.link.sent.size(), 2U);
  const auto& push = world.link.sent[world.link.sent.size() - 2];
  EXPECT_EQ(support::text_of(push.packet), "/model.state 'sum' 'unloaded' 'sum is unloaded'");
  EXPECT_EQ(push.to.connection, 4U);
}

// They went to the client's reply port, although the port that asked for them was another.
TEST(Attach, WithEvents1ByUdpPushesComeToThatPort) {
  World world;
  const auto max = world.hello("max", 7771);
  world.send("/oscine/v1/subscribe", 2, "model.state", 1);
  world.as(local(6000)).send("/oscine/v1/attach", 3, max.client, max.key, 1);
  world.send("/oscine/v1/unload", 4, "sum");
  ASSERT_GE(world.link.sent.size(), 2U);
  EXPECT_EQ(world.link.sent[world.link.sent.size() - 2].to.port, 6000) << "the push";
  EXPECT_EQ(world.link.sent.back().to.port, 7771) << "the answer";
}

TEST(Attach, PushesFindAnotherConnectionWhenTheFirstIsGone) {
  World world;
  const auto first = world.as(tcp(1)).hello("py", 0);
  world.send("/oscine/v1/subscribe", 2, "model.state", 1);
  world.as(tcp(2)).send("/oscine/v1/attach", 3, first.client, first.key);
  world.daemon.disconnected(tcp(1));
  world.heard();
  world.send("/oscine/v1/unload", 4, "sum");
  ASSERT_EQ(world.link.sent.back().to.connection, 2U);
  EXPECT_EQ(world.link.sent[world.link.sent.size() - 2].to.connection, 2U) << "the push";
}

TEST(Tcp, AClientIsItsConnectionAndGoneWithIt) {
  World world;
  world.as(tcp(1)).hello("py", 7771);
  const auto session = world.open("counter");
  EXPECT_EQ(world.link.sent.back().to.connection, 1U) << "a reply port means nothing here";
  world.daemon.disconnected(tcp(1));
  EXPECT_TRUE(world.daemon.clients().all().empty());
  EXPECT_THAT(world.as(tcp(2)).run(session, 0, 0), ElementsAre(HasSubstr(" 410 ")));
}

TEST(Bye, EndsTheSessionsAndIsKnownNoMore) {
  World world;
  const auto max = world.hello("max", 7771);
  const auto session = world.open("sum");
  world.send("/oscine/v1/bye", 3);
  EXPECT_TRUE(world.daemon.clients().all().empty());
  EXPECT_THAT(world.run(session, 0, 0), ElementsAre(HasSubstr(" 410 ")));
  EXPECT_NE(world.hello("max", 7771).client, max.client);
}

TEST(Bye, WhatWasAskedBeforeIsStillAnsweredOnce) {
  World world;
  world.hello("max", 7771);
  const auto session = world.open("counter");
  world.workers.held = true;
  EXPECT_THAT(world.run(session, 0, 0, 11), IsEmpty());
  EXPECT_THAT(world.send("/oscine/v1/sync", 12), IsEmpty());
  EXPECT_THAT(world.send("/oscine/v1/bye", 13), ::testing::Contains("/done 13 '/oscine/v1/bye'"));
  world.workers.held = false;
  world.settle();
  world.heard();
  std::vector<int> ids;
  for (const auto& sent : world.link.sent) ids.push_back(static_cast<int>(support::number_in(sent.packet, 0)));
  EXPECT_EQ(std::count(ids.begin(), ids.end(), 11), 1);
  EXPECT_EQ(std::count(ids.begin(), ids.end(), 12), 1) << "a sync that waited";
  EXPECT_EQ(std::count(ids.begin(), ids.end(), 13), 1);
}

TEST(Lease, WithoutAPacketTheSessionsEnd) {
  World world;
  const auto max = world.hello("max", 7771);
  const auto session = world.open("sum");
  world.advance(29s);
  EXPECT_THAT(world.run(session, 0, 0), ElementsAre(StartsWith("/result")));
  world.advance(31s);
  EXPECT_THAT(world.run(session, 0, 0), ElementsAre(HasSubstr(" 410 ")));
  EXPECT_EQ(world.hello("max", 7771).client, max.client) << "the client stays until bye";
}

TEST(Lease, AnyValidMessageRenewsIt) {
  World world;
  world.hello("max", 7771);
  const auto session = world.open("sum");
  for (int i = 0; i < 5; ++i) {
    world.advance(20s);
    world.send("/oscine/v1/ping", 1, 0, 0);
  }
  world.advance(20s);
  world.send("/no/such/address");
  world.advance(20s);
  EXPECT_THAT(world.run(session, 0, 0), ElementsAre(StartsWith("/result")));
}

TEST(Lease, BeginsAnewWhenAQuietClientSpeaksAgain) {
  World world;
  world.hello("max", 7771);
  world.advance(100s);
  const auto session = world.open("sum");
  world.advance(29s);
  EXPECT_EQ(world.daemon.clients().all().size(), 1U);
  world.send("/oscine/v1/ping", 1, 0, 0);
  EXPECT_THAT(world.run(session, 0, 0), ElementsAre(StartsWith("/result")));
  world.advance(31s);
  EXPECT_THAT(world.run(session, 0, 0, 8), ElementsAre(HasSubstr(" 410 ")));
}

// A session that opened after its client's lease had ended lived for ever: no timer was left to end it.
TEST(Lease, ThatEndsWhileAModelLoadsLeavesNoSessionBehind) {
  auto config = support::plain_config();
  config.lease = 1s;
  config.limits.load_wait = 10000ms;
  World world(config, World::Models::kLoading);
  world.hello("max", 7771);
  EXPECT_THAT(world.send("/oscine/v1/open", 2, "sum", "", 48000.0, "samples"), IsEmpty());
  world.advance(2s);
  world.background.held = false;
  world.settle();
  EXPECT_THAT(world.heard(), ElementsAre(StartsWith("/fail 2 '/oscine/v1/open' 410 ")));
  EXPECT_TRUE(world.daemon.clients().all().begin()->second->sessions.empty());
}

TEST(Lease, AnImpliedClientIsForgottenWithIt) {
  World world;
  world.send("/oscine/v1/ping", 1, 0, 0);
  EXPECT_EQ(world.daemon.clients().all().size(), 1U);
  world.advance(31s);
  EXPECT_TRUE(world.daemon.clients().all().empty());
}

TEST(Limit, OneClientTooManyIsBusyAndNobodyElseIsDisturbed) {
  World world(small(2));
  world.as(local(5000)).hello("a", 0);
  const auto session = world.open("sum");
  world.as(local(5001)).hello("b", 0);
  EXPECT_THAT(world.as(local(5002)).send("/oscine/v1/hello", 5, 0, "c"),
              ElementsAre(AllOf(StartsWith("/fail 5 '/oscine/v1/hello' 429 "), HasSubstr("2 clients"))));
  EXPECT_EQ(world.link.sent.back().to.text(), "127.0.0.1:5002");
  EXPECT_THAT(world.as(local(5000)).run(session, 0, 0), ElementsAre(StartsWith("/result")));
}

TEST(Limit, AnAliasOfOneClientTooManyFailsAloud) {
  auto config = small(1);
  config.aliases = {support::alias_of("/synth/update", "sum")};
  World world(config);
  world.as(local(5000)).hello("a", 0);
  world.as(local(5002)).send("/synth/update", 0.5, 0.5);
  EXPECT_THAT(support::text_of(world.link.sent.back().packet), StartsWith("/fail 0 '/synth/update' 429 "));
  EXPECT_EQ(world.link.sent.back().to.text(), "127.0.0.1:7771");
}

TEST(Limit, ImpliedClientsMakeRoomForOthers) {
  World world(small(2));
  for (std::uint16_t port = 5000; port < 5100; ++port) {
    EXPECT_THAT(world.as(local(port)).send("/oscine/v1/ping", 1, 0, 0), ElementsAre(StartsWith("/pong 1 ")));
  }
  EXPECT_EQ(world.daemon.clients().all().size(), 2U);
}

TEST(Limit, AClientRemembersSixteenPortsAndAnswersThemAll) {
  World world;
  const auto first = world.hello("max", 7771);
  for (std::uint16_t port = 6000; port < 6040; ++port) {
    EXPECT_EQ(world.as(local(port)).hello("max", 7771).client, first.client);
  }
  EXPECT_EQ(world.daemon.clients().all().size(), 1U);
}

TEST(Strangers, OutsideLoopbackWithoutAllowHearNothing) {
  World world;
  world.as(remote(7, 5000));
  EXPECT_THAT(world.send("/oscine/v1/hello", 1, 0, "x"), IsEmpty());
  EXPECT_THAT(world.send("/no/such"), IsEmpty());
  EXPECT_THAT(world.packet("junk"), IsEmpty());
  EXPECT_EQ(world.daemon.metrics().strangers, 3U);
  EXPECT_TRUE(world.daemon.clients().all().empty());
}

TEST(Strangers, AreThoseThatAllowDoesNotName) {
  World world(open_to_the_network());
  EXPECT_THAT(world.as(remote(7, 5000)).send("/oscine/v1/ping", 1, 0, 0), ElementsAre(StartsWith("/pong")));
  auto other = remote(7, 5000);
  other.ip = Ip::v4(192, 168, 2, 7);
  EXPECT_THAT(world.as(other).send("/oscine/v1/ping", 1, 0, 0), IsEmpty());
}

TEST(Quit, IsForLoopbackAndOnlyWhereTheConfigurationAllowsIt) {
  World closed;
  EXPECT_THAT(closed.send("/oscine/v1/quit", 1), ElementsAre(StartsWith("/fail 1 '/oscine/v1/quit' 403 ")));
  EXPECT_FALSE(closed.quit_asked);
  auto config = open_to_the_network();
  config.allow_quit = true;
  World world(config);
  EXPECT_THAT(world.as(remote(7, 5000)).send("/oscine/v1/quit", 1), ElementsAre(HasSubstr(" 403 ")));
  EXPECT_FALSE(world.quit_asked);
  EXPECT_THAT(world.as(local(5000)).send("/oscine/v1/quit", 2), ElementsAre("/done 2 '/oscine/v1/quit'"));
  EXPECT_TRUE(world.quit_asked);
}

}  // namespace
}  // namespace server
