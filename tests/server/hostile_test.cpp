// What must not be answered, and what must be answered with one sentence: unknown addresses, patterns, echoes, bundles,
// malformed packets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "support/world.hpp"

namespace server {
namespace {

using support::bundle;
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

Config with_alias() {
  auto config = support::plain_config();
  config.aliases = {support::alias_of("/synth/update", "sum")};
  return config;
}

TEST(UnknownAddress, NamesTheNearestAliasesIncluded) {
  World world(with_alias());
  EXPECT_THAT(world.send("/oscine/v1/opne", 3),
              ElementsAre(AllOf(StartsWith("/fail 3 '/oscine/v1/opne' 404 "), HasSubstr("/oscine/v1/open"))));
  EXPECT_THAT(world.send("/synth/updat", 0.5, 0.5),
              ElementsAre(AllOf(StartsWith("/fail 0 '/synth/updat' 404 "), HasSubstr("/synth/update"))));
  EXPECT_THAT(world.send("/entirely/else", 3), ElementsAre(StartsWith("/fail 0 '/entirely/else' 404 ")));
}

TEST(UnknownAddress, OfAnotherMajorVersionIsToldToo) {
  World world;
  EXPECT_THAT(world.send("/oscine/v2/hello", 3, 0, "x"),
              ElementsAre(AllOf(StartsWith("/fail 3 '/oscine/v2/hello' 404 "), HasSubstr("/oscine/v1/hello"))));
}

TEST(UnknownAddress, WithoutAnIdIsToldOnceASecond) {
  World world;
  EXPECT_THAT(world.send("/foo", 1.0), SizeIs(1));
  EXPECT_THAT(world.send("/foo", 2.0), IsEmpty());
  EXPECT_THAT(world.send("/bar", 2.0), SizeIs(1));
  world.advance(1s);
  EXPECT_THAT(world.send("/foo", 3.0), SizeIs(1));
}

TEST(Patterns, AreNeverAnswered) {
  World world;
  for (const char* pattern :
       {"/oscine/v1/*", "/oscine/v1/p?ng", "/oscine/v1/{ping,sync}", "/oscine/v1/[a-z]ync", "/a b"}) {
    EXPECT_THAT(world.send(pattern, 1, 0, 0), IsEmpty()) << pattern;
  }
}

TEST(Echoes, OurOwnAnswersComingInAreNeverAnswered) {
  World world(with_alias());
  for (const auto& entry : protocol::schema()) {
    if (entry.role != protocol::Role::kAnswer && entry.role != protocol::Role::kPush) continue;
    EXPECT_THAT(world.send("/oscine/v1" + std::string(entry.address), 1, "/oscine/v1/x", 400, "x"), IsEmpty())
        << entry.address;
    auto broken = osc("/oscine/v1" + std::string(entry.address), 1, "text");
    broken.resize(broken.size() - 4);
    EXPECT_THAT(world.packet(broken), IsEmpty()) << entry.address;
  }
}

// A host that names the daemon's own port as its reply port: each answer comes back in, and must end there.
TEST(Echoes, WhatIsSentToOurselvesDiesOut) {
  auto config = with_alias();
  config.reply_port = 7770;
  config.aliases[0].to.port = 7770;
  World world(config);
  world.hello("loop", 7770);
  world.send("/oscine/v1/subscribe", 2, "log", 1);
  world.send("/synth/update", 0.5, 0.5);
  world.send("/synth/update", 0.5);
  world.send("/oscine/v1/models", 3);
  world.send("/foo");
  std::size_t taken = 0;
  for (; taken < world.link.sent.size() && taken < 1000; ++taken) {
    const auto sent = world.link.sent[taken];
    ASSERT_EQ(sent.to.port, 7770);
    world.daemon.receive(local(7770), sent.packet);
    world.settle();
  }
  EXPECT_LT(taken, 100U);
}

TEST(Bundles, AreOpenedInOrderAndTheirTimeIsIgnored) {
  World world;
  const auto session = world.open("counter");
  const auto run = [&](int id) { return osc("/oscine/v1/run", id, session, 0, 0, 0.5, 0.5); };
  EXPECT_THAT(world.packet(bundle({run(1), bundle({run(2), run(3)}), run(4)})),
              ElementsAre(HasSubstr(" 1. 1."), HasSubstr(" 2. 2."), HasSubstr(" 3. 3."), HasSubstr(" 4. 4.")));
  EXPECT_THAT(world.packet(bundle({})), IsEmpty());
}

TEST(Bundles, OneBadElementSpoilsTheWhole) {
  World world;
  auto broken = osc("/oscine/v1/sync", 2);
  broken[broken.size() - 5] = 'x';  // padding of the type tags
  EXPECT_THAT(world.packet(bundle({osc("/oscine/v1/sync", 1), broken})), IsEmpty());
}

// One datagram of a thousand questions brought a thousand answers at once, past the pace.
TEST(Bundles, OfManyQuestionsAreAnsweredAtThePace) {
  World world;
  std::vector<support::Packet> pings;
  for (int id = 1; id <= 1000; ++id) pings.push_back(osc("/oscine/v1/ping", id, 0, 0));
  EXPECT_LE(world.packet(bundle(pings)).size(), 100U);
  world.advance(1s);
  EXPECT_EQ(world.link.sent.size(), 1000U);
}

TEST(Malformed, IsCountedAndToldOnlyWhereAddressAndIdCanBeRead) {
  World world;
  auto broken = osc("/oscine/v1/set", 5, 1, "gain", 1.0);
  broken.resize(broken.size() - 4);
  EXPECT_THAT(world.packet(broken), ElementsAre(StartsWith("/fail 5 '/oscine/v1/set' 400 ")));
  auto pd = osc("/oscine/v1/set", 5.0, 1.0, "gain", 1.0);
  pd.resize(pd.size() - 4);
  EXPECT_THAT(world.packet(pd), ElementsAre(StartsWith("/fail 5 '/oscine/v1/set' 400 ")));
  auto no_id = osc("/oscine/v1/set", "five", 1, "gain", 1.0);
  no_id.resize(no_id.size() - 4);
  EXPECT_THAT(world.packet(no_id), IsEmpty());
  auto unknown = osc("/unknown/address", 5, 1.0);
  unknown.resize(unknown.size() - 4);
  EXPECT_THAT(world.packet(unknown), IsEmpty());
  for (const char* junk : {"", "x", "junk", "/abc", "#bundle", "\0\0\0\0", "GET / HTTP/1.1\r\n\r\n"}) {
    EXPECT_THAT(world.packet(junk), IsEmpty()) << junk;
  }
  EXPECT_EQ(world.daemon.metrics().malformed, 11U);
}

TEST(Malformed, TheGoldenBadPacketsStopNobody) {
  World world(with_alias());
  const std::filesystem::path bad = std::filesystem::path(OSCINE_SOURCE_DIR) / "tests/golden/bad";
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(bad)) {
    if (entry.path().extension() != ".osc") continue;
    std::stringstream text;
    text << std::ifstream(entry.path(), std::ios::binary).rdbuf();
    EXPECT_LE(world.packet(text.str()).size(), 1U) << entry.path();
    ++count;
  }
  EXPECT_GE(count, 3U) << "the three that stop oscpack, at least";
  EXPECT_EQ(world.daemon.metrics().malformed, count);
  EXPECT_THAT(world.send("/oscine/v1/ping", 1, 0, 0), SizeIs(1));
}

TEST(Malformed, EveryPrefixOfEveryGoldenPacketIsSafe) {
  World world(with_alias());
  const std::filesystem::path golden = std::filesystem::path(OSCINE_SOURCE_DIR) / "tests/golden";
  for (const auto& entry : std::filesystem::directory_iterator(golden)) {
    if (entry.path().extension() != ".osc") continue;
    std::stringstream text;
    text << std::ifstream(entry.path(), std::ios::binary).rdbuf();
    const auto whole = text.str();
    for (std::size_t size = 0; size <= whole.size(); ++size) {
      world.packet(whole.substr(0, size));
    }
  }
  EXPECT_THAT(world.as(local(6000)).send("/oscine/v1/ping", 1, 0, 0), SizeIs(1));
}

TEST(WrongArguments, NameTheArgumentWhatCameAndWhatIsExpected) {
  World world;
  EXPECT_THAT(world.send("/oscine/v1/hello", 1, 70000, "x"),
              ElementsAre(AllOf(HasSubstr(" 400 "), HasSubstr("(replyPort) is 70000"), HasSubstr("0 to 65535"))));
  EXPECT_THAT(world.send("/oscine/v1/hello", 1, 7771), ElementsAre(AllOf(HasSubstr(" 400 "), HasSubstr("takes 3"))));
  EXPECT_THAT(world.send("/oscine/v1/hello", "one", 7771, "x"),
              ElementsAre(AllOf(StartsWith("/fail 0 '/oscine/v1/hello' 400 "), HasSubstr("(id)"))));
  EXPECT_THAT(world.send("/oscine/v1/hello"),
              ElementsAre(AllOf(HasSubstr("/fail 0 "), HasSubstr("no arguments came"))));
}

}  // namespace
}  // namespace server
