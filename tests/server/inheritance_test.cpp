// What a serving process takes over from the one before it, and what it gives its supervisor to keep.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/config/endpoint.hpp"
#include "support/world.hpp"

namespace server {
namespace {

using support::local;
using support::remote;
using support::World;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;
using testing::UnorderedElementsAre;
using namespace std::chrono_literals;

Inheritance after(const World& world, int restarts = 1) {
  Inheritance out;
  out.restarts = restarts;
  for (const auto& [number, client] : world.keeper.clients) out.clients.push_back(client);
  return out;
}

TEST(Keeping, AClientIsKeptFromItsHelloToItsBye) {
  World world;
  const auto me = world.as(local(5001)).hello("max", 7771);
  ASSERT_THAT(world.keeper.clients, testing::SizeIs(1));
  const auto& kept = world.keeper.clients.begin()->second;
  EXPECT_EQ(kept.number, me.client);
  EXPECT_EQ(kept.key, me.key);
  EXPECT_EQ(kept.name, "max");
  EXPECT_EQ(kept.reply_port, 7771);
  world.send("/oscine/v1/bye", 2);
  EXPECT_THAT(world.keeper.clients, IsEmpty());
}

TEST(Keeping, WhoNeverSaidHelloIsKeptOnceItHasASession) {
  World world;
  world.as(local(5002)).send("/oscine/v1/ask", 1, "sum", 0.5F, 0.25F);
  EXPECT_THAT(world.keeper.clients, IsEmpty());
  world.open("sum");
  EXPECT_THAT(world.keeper.clients, testing::SizeIs(1));
}

TEST(Keeping, ConnectionsAreNotKept) {
  World world;
  world.as(support::tcp(3)).hello("touch", 0);
  EXPECT_THAT(world.keeper.clients, IsEmpty());
}

// A patch that is quiet for a minute still hears at its reply port, and nowhere else.
TEST(Keeping, AClientWhoseLeaseEndedIsStillKept) {
  World world;
  world.as(local(5001)).hello("max", 7771);
  world.advance(31s);
  EXPECT_THAT(world.keeper.clients, testing::SizeIs(1));
}

TEST(Inheriting, EachClientIsToldOfTheNewProcessWhereItHears) {
  auto config = support::plain_config();
  config.allow = {*parse_range("192.168.1.0/24")};
  World before(config);
  before.as(local(5001)).hello("max", 7771);
  const auto sc = before.as(remote(9, 57120)).hello("sc", 0);
  before.send("/oscine/v1/hello", 2, 0, "sc", sc.key);
  before.as(remote(10, 57120)).hello("a stranger: it never showed that it hears", 0);
  World world(config, after(before));
  EXPECT_THAT(world.heard_where(), UnorderedElementsAre(StartsWith("127.0.0.1:7771 /restarted "),
                                                        StartsWith("192.168.1.9:57120 /restarted ")));
}

TEST(Inheriting, AClientKeepsItsNumberAndKeyAndItsBootIsNew) {
  World before;
  const auto was = before.as(local(5001)).hello("max", 7771);
  World world(support::plain_config(), after(before));
  world.heard();
  const auto is = world.as(local(5001)).hello("max", 7771);
  EXPECT_EQ(is.client, was.client);
  EXPECT_EQ(is.key, was.key);
  EXPECT_NE(is.boot, was.boot);
}

TEST(Inheriting, ItsAnswersGoWhereTheyWentBeforeItSaysHelloAgain) {
  World before;
  before.as(local(5001)).hello("max", 7771);
  World world(support::plain_config(), after(before));
  world.heard();
  world.as(local(5001)).send("/oscine/v1/ping", 4, 0, 0);
  EXPECT_EQ(world.link.sent.back().to.port, 7771);
}

TEST(Inheriting, SessionsAreGoneAndSayHowToGoOn) {
  World before;
  before.as(local(5001)).hello("max", 7771);
  const auto session = before.open("sum");
  World world(support::plain_config(), after(before));
  world.heard();
  EXPECT_THAT(world.as(local(5001)).run(session, 0.5F, 0.5F), ElementsAre(HasSubstr("410")));
}

TEST(Inheriting, WhoNeverSaidHelloAndDoesNotComeBackIsForgottenWithItsLease) {
  World before;
  before.as(local(5002)).open("sum");
  World world(support::plain_config(), after(before));
  world.advance(31s);
  EXPECT_THAT(world.keeper.forgotten, ElementsAre(before.keeper.clients.begin()->first));
}

TEST(Inheriting, StatusCountsTheRestarts) {
  World world(support::plain_config(), after(World(), 3));
  world.send("/oscine/v1/status", 9);
  EXPECT_EQ(support::number_in(world.link.sent.back().packet, 10), 3);
}

TEST(Inheriting, AModelPutAsideIsNotServedAndSaysWhy) {
  Inheritance inherited;
  inherited.aside = {{"sum", "sum crashed its process 3 times"}};
  World world(support::plain_config(), inherited);
  EXPECT_THAT(world.send("/oscine/v1/ask", 1, "sum", 0.5F, 0.25F),
              ElementsAre(HasSubstr("sum crashed its process 3 times")));
  EXPECT_THAT(world.send("/oscine/v1/ask", 2, "amp", 0.5F, 0.25F), ElementsAre(StartsWith("/result 2")));
  EXPECT_THAT(world.send("/oscine/v1/models", 3), Contains(HasSubstr("'sum' 'params' 'failed'")));
}

TEST(Inheriting, AModelPutAsideServesAgainWhenItIsAskedForByName) {
  for (const std::string address : {"/oscine/v1/reload", "/oscine/v1/load"}) {
    Inheritance inherited;
    inherited.aside = {{"sum", "sum crashed its process 3 times"}};
    World world(support::plain_config(), inherited);
    EXPECT_THAT(world.send(address, 1, "sum"), ElementsAre(StartsWith("/done 1")));
    EXPECT_THAT(world.send("/oscine/v1/ask", 2, "sum", 0.5F, 0.25F), ElementsAre(StartsWith("/result 2")));
    EXPECT_THAT(world.keeper.forgiven, ElementsAre("sum"));
  }
}

}  // namespace
}  // namespace server
