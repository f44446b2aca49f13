// Another configuration while the daemon runs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/world.hpp"

namespace server {
namespace {

using support::fake_model;
using support::World;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

Config replaced(Config config, std::size_t index, ModelConfig model) {
  config.models[index] = std::move(model);
  return config;
}

TEST(Reconfigure, SessionsOfUnchangedModelsLiveOn) {
  World world;
  const auto session = world.open("counter");
  world.run(session, 0, 0, 1);
  world.daemon.reconfigure(replaced(support::plain_config(), 0, fake_model("fresh")));
  world.settle();
  EXPECT_THAT(world.run(session, 0, 0, 2), ElementsAre(HasSubstr(" 2. 2.")));
  EXPECT_THAT(world.send("/oscine/v1/ask", 3, "sum", 0.5, 0.5), ElementsAre(HasSubstr(" 404 ")));
  EXPECT_THAT(world.send("/oscine/v1/ask", 4, "fresh", 0.5, 0.5), ElementsAre(HasSubstr("/result 4")));
}

TEST(Reconfigure, AChangedModelIsServedOnUntilTheNewOneIsThere) {
  World world;
  world.background.held = true;
  world.daemon.reconfigure(replaced(support::plain_config(), 0, fake_model("sum", {{"does", "echo"}})));
  EXPECT_THAT(world.send("/oscine/v1/ask", 1, "sum", 0.25, 0.5), ElementsAre(HasSubstr("0.75 0.75")));
  world.background.held = false;
  world.settle();
  EXPECT_THAT(world.send("/oscine/v1/ask", 2, "sum", 0.25, 0.5), ElementsAre(HasSubstr("0.25 0.5")));
}

// The card of what could not be loaded took the place of the card of what was served.
TEST(Reconfigure, AChangedModelThatCannotLoadLeavesTheOldOneWithItsCard) {
  auto config = support::plain_config();
  config.aliases = {support::alias_of("/synth/update", "sum")};
  World world(config);
  auto bad = config;
  bad.models[0].card.options = {{"load", "fail"}};
  bad.models[0].card.methods[0].inputs.pop_back();
  world.daemon.reconfigure(bad);
  world.settle();
  EXPECT_THAT(world.send("/synth/update", 0.25, 0.5), ElementsAre("/synth/pitch 0.75", "/synth/filter 0.75"));
}

TEST(Reconfigure, WhatCouldNotLoadIsTriedAgain) {
  auto config = support::plain_config();
  config.models[0].card.options = {{"does", "gate"}, {"load", "fail"}};
  World world(config);
  world.settle();
  EXPECT_THAT(world.send("/oscine/v1/ask", 1, "sum", 0.25, 0.5), ElementsAre(HasSubstr("/fail 1")));
  const auto told = world.log.lines.size();
  world.daemon.reconfigure(config);
  world.settle();
  EXPECT_GT(world.log.lines.size(), told) << "the load failed once more, and said so";
}

TEST(Reconfigure, LimitsAndAliasesAreTheNewOnes) {
  World world;
  auto config = support::plain_config();
  config.limits.sessions = 1;
  config.aliases = {support::alias_of("/synth/update", "sum")};
  world.daemon.reconfigure(config);
  EXPECT_THAT(world.send("/synth/update", 0.25, 0.5), SizeIs(2));
  world.open("sum");
  EXPECT_THAT(world.send("/oscine/v1/open", 5, "sum", "", 48000.0, "samples"), ElementsAre(HasSubstr(" 429 ")));
}

TEST(Reconfigure, AModelTakenOutWhileItLoadsAnswersThoseWhoWait) {
  World world(support::plain_config(), World::Models::kLoading);
  world.send("/oscine/v1/ask", 1, "sum", 0.25, 0.5);
  world.daemon.reconfigure(replaced(support::plain_config(), 0, fake_model("fresh")));
  EXPECT_THAT(world.heard(), ElementsAre(HasSubstr("/fail 1 ")));
  world.background.held = false;
  world.settle();
  EXPECT_THAT(world.send("/oscine/v1/models", 2), Not(Contains(HasSubstr("'sum'"))));
}

}  // namespace
}  // namespace server
