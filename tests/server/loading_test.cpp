// load, unload, reload, and work that waits for its model.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "server/folder.hpp"
#include "support/world.hpp"

namespace server {
namespace {

using support::card_text;
using support::fake_model;
using support::Folder;
using support::World;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;
using namespace std::chrono_literals;

Config with(const Folder& folder) {
  auto config = support::plain_config();
  config.model_folders = {folder.path() / "open"};
  return config;
}

TEST(Load, FromBelowAModelFolderServesUnderThatName) {
  const Folder folder;
  folder.write("open/mine/card.yaml", card_text("whatever", {{"does", "echo"}}));
  World world(with(folder));
  EXPECT_THAT(world.send("/oscine/v1/load", 5, "mine", "mine/card.yaml"), ElementsAre("/done 5 '/oscine/v1/load'"));
  EXPECT_THAT(world.send("/oscine/v1/ask", 6, "mine", 0.25, 0.5), ElementsAre("/result 6 0 0 0 0.25 0.5"));
  EXPECT_THAT(world.send("/oscine/v1/load", 7, "again", "mine"), ElementsAre("/done 7 '/oscine/v1/load'"));
}

TEST(Load, IsAnsweredWhenItServesAndNotBefore) {
  const Folder folder;
  folder.write("open/mine/card.yaml", card_text("mine"));
  World world(with(folder));
  world.background.held = true;
  EXPECT_THAT(world.send("/oscine/v1/load", 5, "mine", "mine"), IsEmpty());
  EXPECT_FALSE(world.daemon.drained());
  EXPECT_THAT(world.send("/oscine/v1/load", 6, "mine", "mine"), ElementsAre(HasSubstr(" 409 ")));
  world.background.held = false;
  world.settle();
  EXPECT_THAT(world.heard(), ElementsAre("/done 5 '/oscine/v1/load'"));
  EXPECT_TRUE(world.daemon.drained());
}

TEST(Load, OutsideTheFoldersIsForbiddenWhetherOrNotThereIsAFile) {
  const Folder folder;
  folder.write("open/mine/card.yaml", card_text("mine"));
  const auto outside = folder.write("secret/card.yaml", card_text("secret"));
  folder.write("open-not/card.yaml", card_text("sibling"));
  std::filesystem::create_symlink(folder.path() / "secret", folder.path() / "open/link");
  std::filesystem::create_symlink(outside, folder.path() / "open/mine/linked.yaml");
  World world(with(folder));
  int id = 5;
  for (const auto& path : {std::string("../secret/card.yaml"), std::string("mine/../../secret"), outside.string(),
                           std::string("/etc/passwd"), std::string("/no/such/file"), std::string("../no/such"),
                           std::string("../open-not/card.yaml"), std::string("link"), std::string("link/card.yaml"),
                           std::string("mine/linked.yaml")}) {
    EXPECT_THAT(world.send("/oscine/v1/load", id++, "x", path), ElementsAre(HasSubstr(" 403 "))) << path;
  }
  EXPECT_THAT(world.send("/oscine/v1/models", 4), SizeIs(4)) << "three and done: nothing was left behind";
}

// The folder lay inside, its card did not.
TEST(Load, ACardThatIsALinkOutOfTheFolderIsForbidden) {
  const Folder folder;
  const auto outside = folder.write("secret/card.yaml", card_text("secret"));
  std::filesystem::create_directories(folder.path() / "open/trap");
  std::filesystem::create_symlink(outside, folder.path() / "open/trap/card.yaml");
  folder.write("open/model.ts", "");
  std::filesystem::create_symlink(outside, folder.path() / "open/model.yaml");
  World world(with(folder));
  EXPECT_THAT(world.send("/oscine/v1/load", 5, "x", "trap"), ElementsAre(HasSubstr(" 403 ")));
  EXPECT_THAT(world.send("/oscine/v1/load", 6, "x", "model.ts"), ElementsAre(HasSubstr(" 403 ")));
}

TEST(Load, AnAbsolutePathAndDotsInsideTheFolderAreFine) {
  const Folder folder;
  const auto card = folder.write("open/mine/card.yaml", card_text("mine"));
  folder.write("open/other/card.yaml", card_text("other"));
  World world(with(folder));
  EXPECT_THAT(world.send("/oscine/v1/load", 5, "a", card.string()), ElementsAre(StartsWith("/done 5")));
  EXPECT_THAT(world.send("/oscine/v1/load", 6, "b", "mine/../other"), ElementsAre(StartsWith("/done 6")));
}

TEST(Watch, AModelWhoseCardChangesIsLoadedAnewOnceItRests) {
  const Folder folder;
  const auto card = folder.write("mine.yaml", support::card_text("mine"));
  Config config;
  config.watch_models = true;
  ModelConfig model;
  model.card = *read_card(card);
  model.card_file = card;
  config.models = {model};
  World world(config);
  const auto served = [&] { return *world.daemon.catalog().ready("mine"); };
  const auto first = served();
  world.advance(3s);
  EXPECT_EQ(served(), first);
  folder.write("mine.yaml", support::card_text("mine", {{"does", "mean"}}) + "about: another\n");
  world.advance(1s);
  EXPECT_EQ(served(), first);  // it may be written still
  world.advance(1s);
  EXPECT_NE(served(), first);
  EXPECT_EQ(served()->model->card().about, "another");
  const auto second = served();
  world.advance(3s);
  EXPECT_EQ(served(), second);
}

TEST(Load, WhatIsMissingOrHasNoCardIsSaid) {
  const Folder folder;
  folder.write("open/bare.pt", "x");
  folder.write("open/empty/readme", "x");
  folder.write("open/bad/card.yaml", "card: 1\nkind: [");
  World world(with(folder));
  EXPECT_THAT(world.send("/oscine/v1/load", 5, "x", "nothing.yaml"),
              ElementsAre(AllOf(HasSubstr(" 404 "), HasSubstr("nothing.yaml"))));
  EXPECT_THAT(world.send("/oscine/v1/load", 6, "x", "bare.pt"),
              ElementsAre(AllOf(HasSubstr(" 404 "), HasSubstr("bare.yaml"))));
  EXPECT_THAT(world.send("/oscine/v1/load", 7, "x", "empty"),
              ElementsAre(AllOf(HasSubstr(" 404 "), HasSubstr("card.yaml"))));
  EXPECT_THAT(world.send("/oscine/v1/load", 8, "x", "bad"),
              ElementsAre(AllOf(HasSubstr(" 400 "), HasSubstr("card.yaml"))));
  EXPECT_THAT(world.send("/oscine/v1/load", 9, "x", ""), ElementsAre(HasSubstr("/fail 9 ")));
  EXPECT_THAT(world.send("/oscine/v1/load", 10, "", "bare.ts"), ElementsAre(HasSubstr(" 400 ")));
  EXPECT_THAT(world.send("/oscine/v1/load", 11, "Bad Name", "bare.ts"), ElementsAre(HasSubstr("a-z 0-9 . _ -")));
}

TEST(Load, WithoutFoldersIsForbidden) {
  World world;
  EXPECT_THAT(world.send("/oscine/v1/load", 5, "x", "y"),
              ElementsAre(AllOf(HasSubstr(" 403 "), HasSubstr("model_folders"))));
}

TEST(Load, ThatFailsLeavesTheServedModelAsItWas) {
  const Folder folder;
  folder.write("open/bad/card.yaml", card_text("sum", {{"load", "fail"}}));
  World world(with(folder));
  const auto session = world.open("sum");
  EXPECT_THAT(world.send("/oscine/v1/load", 5, "sum", "bad"),
              ElementsAre(AllOf(HasSubstr(" 500 "), HasSubstr("sum"), HasSubstr("as asked"))));
  EXPECT_THAT(world.run(session, 0.25F, 0.5F), ElementsAre(HasSubstr("0.75 0.75")));
  EXPECT_THAT(world.send("/oscine/v1/models", 6), Contains(HasSubstr("'sum' 'params' 'ready'")));
}

TEST(Load, ThatFailsLeavesAnUnloadedModelUnloaded) {
  const Folder folder;
  folder.write("open/bad/card.yaml", card_text("sum", {{"load", "fail"}}));
  World world(with(folder));
  world.send("/oscine/v1/unload", 4, "sum");
  world.send("/oscine/v1/load", 5, "sum", "bad");
  EXPECT_THAT(world.send("/oscine/v1/models", 6), Contains(HasSubstr("'sum' 'params' 'unloaded'")));
  EXPECT_THAT(world.send("/oscine/v1/ask", 7, "sum", 0.5, 0.5), ElementsAre(HasSubstr(" 409 ")));
}

TEST(Load, OfAKnownModelBringsItBack) {
  World world;
  EXPECT_THAT(world.send("/oscine/v1/unload", 1, "sum"), ElementsAre(StartsWith("/done 1")));
  EXPECT_THAT(world.send("/oscine/v1/ask", 2, "sum", 0.5, 0.5),
              ElementsAre(AllOf(HasSubstr(" 409 "), HasSubstr("load"))));
  EXPECT_THAT(world.send("/oscine/v1/load", 3, "sum"), ElementsAre(StartsWith("/done 3")));
  EXPECT_THAT(world.send("/oscine/v1/ask", 4, "sum", 0.5, 0.5), ElementsAre("/result 4 0 0 0 1. 1."));
  EXPECT_THAT(world.send("/oscine/v1/load", 5, "sum"), ElementsAre(StartsWith("/done 5"))) << "it serves already";
  EXPECT_THAT(world.send("/oscine/v1/load", 6, "suum"), ElementsAre(HasSubstr(" 404 ")));
}

TEST(Unload, EndsTheSessionsOfThatModelOnly) {
  World world;
  const auto gone = world.open("sum");
  const auto stays = world.open("counter");
  EXPECT_THAT(world.send("/oscine/v1/unload", 1, "sum"), ElementsAre(StartsWith("/done 1")));
  EXPECT_THAT(world.run(gone, 0, 0), ElementsAre(HasSubstr(" 410 ")));
  EXPECT_THAT(world.run(stays, 0, 0), ElementsAre(HasSubstr(" 1. 1.")));
  EXPECT_THAT(world.send("/oscine/v1/unload", 2, "sum"), ElementsAre(HasSubstr(" 409 ")));
  EXPECT_THAT(world.send("/oscine/v1/unload", 3, "smu"), ElementsAre(HasSubstr(" 404 ")));
}

// A job at work kept its session known; whoever went on asking kept it for ever.
TEST(Unload, EndsASessionWhoseWorkIsStillWaiting) {
  World world;
  const auto session = world.open("sum");
  world.workers.held = true;
  world.run(session, 0.5F, 0.5F, 7);
  world.send("/oscine/v1/unload", 8, "sum");
  EXPECT_THAT(world.run(session, 0.5F, 0.5F, 9), ElementsAre(HasSubstr("/fail 9 '/oscine/v1/run' 410 ")));
  world.workers.held = false;
  world.settle();
  EXPECT_THAT(world.heard(), ElementsAre(HasSubstr("/result 7 "))) << "what was taken is answered";
}

TEST(Reload, SessionsWithStateKeepWhatTheyOpened) {
  const Folder folder;
  auto config = support::plain_config();
  config.models[1].card_file = folder.write("card.yaml", card_text("counter", {{"does", "count"}}));
  World world(config);
  const auto session = world.open("counter");
  EXPECT_THAT(world.run(session, 0, 0, 1), ElementsAre(HasSubstr(" 1. 1.")));
  folder.write("card.yaml", card_text("counter", {{"does", "sum"}}));
  EXPECT_THAT(world.send("/oscine/v1/reload", 2, "counter"), ElementsAre(StartsWith("/done 2")));
  EXPECT_THAT(world.run(session, 0, 0, 3), ElementsAre(HasSubstr(" 2. 2."))) << "the old one";
  EXPECT_THAT(world.run(world.open("counter"), 0.25F, 0, 4), ElementsAre(HasSubstr(" 0.25 0.25"))) << "the new one";
}

TEST(Reload, SessionsWithoutStateGoOnWithTheNewOne) {
  const Folder folder;
  auto config = support::plain_config();
  config.models[0].card_file = folder.write("card.yaml", card_text("sum", {{"does", "sum"}}));
  World world(config);
  const auto session = world.open("sum");
  EXPECT_THAT(world.run(session, 0.25F, 0.5F, 1), ElementsAre(HasSubstr(" 0.75 0.75")));
  folder.write("card.yaml", card_text("sum", {{"does", "echo"}}));
  world.send("/oscine/v1/reload", 2, "sum");
  EXPECT_THAT(world.run(session, 0.25F, 0.5F, 3), ElementsAre(HasSubstr(" 0.25 0.5")));
}

TEST(Reload, ThatFailsSaysWhyAndServesOn) {
  const Folder folder;
  auto config = support::plain_config();
  config.models[0].card_file = folder.write("card.yaml", card_text("sum"));
  World world(config);
  folder.write("card.yaml", "nonsense: 1\n");
  EXPECT_THAT(world.send("/oscine/v1/reload", 2, "sum"), ElementsAre(AllOf(HasSubstr(" 400 "), HasSubstr("nonsense"))));
  EXPECT_THAT(world.send("/oscine/v1/ask", 3, "sum", 0.25, 0.5), ElementsAre(HasSubstr("0.75 0.75")));
  EXPECT_THAT(world.send("/oscine/v1/reload", 4, "smu"), ElementsAre(HasSubstr(" 404 ")));
}

TEST(Waiting, WorkWaitsForItsModelAndIsAnsweredWhenItServes) {
  auto config = support::plain_config();
  config.aliases = {support::alias_of("/synth/update", "sum")};
  World world(config, World::Models::kLoading);
  EXPECT_THAT(world.send("/oscine/v1/ask", 1, "sum", 0.25, 0.5), IsEmpty());
  EXPECT_THAT(world.send("/oscine/v1/open", 2, "sum", "", 48000.0, "samples"), IsEmpty());
  EXPECT_THAT(world.send("/synth/update", 0.25, 0.5), IsEmpty());
  world.advance(1999ms);
  EXPECT_THAT(world.heard(), IsEmpty());
  world.background.held = false;
  world.settle();
  EXPECT_THAT(world.heard(), ::testing::UnorderedElementsAre(StartsWith("/result 1 "), StartsWith("/opened 2 "),
                                                             "/synth/pitch 0.75", "/synth/filter 0.75"));
}

TEST(Waiting, AfterTwoSecondsItIsStillLoading) {
  auto config = support::plain_config();
  config.aliases = {support::alias_of("/synth/update", "sum")};
  World world(config, World::Models::kLoading);
  world.send("/oscine/v1/ask", 1, "sum", 0.25, 0.5);
  world.send("/oscine/v1/open", 2, "sum", "", 48000.0, "samples");
  world.send("/synth/update", 0.25, 0.5);
  world.advance(2s);
  EXPECT_THAT(world.heard(),
              ElementsAre(AllOf(StartsWith("/fail 1 '/oscine/v1/ask' 503 "), HasSubstr("sum")),
                          StartsWith("/fail 2 '/oscine/v1/open' 503 "), StartsWith("/fail 0 '/synth/update' 503 ")));
  EXPECT_TRUE(world.daemon.drained());
}

TEST(Waiting, AModelThatCannotLoadSaysWhyToEveryoneWhoWaits) {
  auto config = support::plain_config();
  config.models = {fake_model("broken", {{"load", "fail"}})};
  World world(config, World::Models::kLoading);
  world.send("/oscine/v1/ask", 1, "broken", 0.25, 0.5);
  world.background.held = false;
  world.settle();
  EXPECT_THAT(world.heard(), ElementsAre(AllOf(StartsWith("/fail 1 "), HasSubstr(" 500 "), HasSubstr("broken"))));
  EXPECT_THAT(world.send("/oscine/v1/ask", 2, "broken", 0.25, 0.5), ElementsAre(HasSubstr("as asked")));
}

// The queue in front of the workers was bounded, the one in front of a loading model was not.
TEST(Waiting, NoMoreThanTheQueueTakes) {
  auto config = support::plain_config();
  config.limits.queue = 10;
  World world(config, World::Models::kLoading);
  for (int id = 1; id <= 10; ++id) EXPECT_THAT(world.send("/oscine/v1/ask", id, "sum", 0.25, 0.5), IsEmpty()) << id;
  EXPECT_THAT(world.send("/oscine/v1/ask", 11, "sum", 0.25, 0.5), ElementsAre(HasSubstr(" 429 ")));
  EXPECT_THAT(world.send("/oscine/v1/open", 12, "sum", "", 48000.0, "samples"), ElementsAre(HasSubstr(" 429 ")));
}

TEST(Waiting, LoadsAreBoundedToo) {
  const Folder folder;
  folder.write("open/mine/card.yaml", card_text("mine"));
  auto config = with(folder);
  config.limits.queue = 10;
  World world(config);
  world.background.held = true;
  support::Heard last;
  for (int id = 1; id <= 11; ++id) last = world.send("/oscine/v1/load", id, "m" + std::to_string(id), "mine");
  EXPECT_THAT(last, ElementsAre(HasSubstr("/fail 11 '/oscine/v1/load' 429 ")));
}

}  // namespace
}  // namespace server
