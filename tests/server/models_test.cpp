// models, model/info, labels, model.state: what is served, as it is told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/world.hpp"

namespace server {
namespace {

using support::fake_model;
using support::World;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

TEST(Models, AreListedWithKindAndState) {
  auto config = support::plain_config();
  config.models.push_back(fake_model("broken", {{"load", "fail"}}));
  World world(config);
  EXPECT_THAT(world.send("/oscine/v1/models", 5),
              ElementsAre("/model.item 5 0 4 'amp' 'params' 'ready' 0. 0 0",
                          "/model.item 5 1 4 'broken' 'params' 'failed' 0. 0 0",
                          "/model.item 5 2 4 'counter' 'params' 'ready' 0. 0 0",
                          "/model.item 5 3 4 'sum' 'params' 'ready' 0. 0 0", "/done 5 '/oscine/v1/models' 4"));
}

TEST(Models, ThatLoadAreListedAsLoading) {
  World world(support::plain_config(), World::Models::kLoading);
  EXPECT_THAT(world.send("/oscine/v1/models", 5), Contains("/model.item 5 2 3 'sum' 'params' 'loading' 0. 0 0"));
}

TEST(ModelInfo, TellsMethodsAndAttributesAndCountsThem) {
  World world;
  const auto heard = world.send("/oscine/v1/model/info", 5, "amp");
  ASSERT_THAT(heard, SizeIs(5));
  EXPECT_THAT(heard[0], AllOf(StartsWith("/model.about 5 'amp' 'params' 'ready' 'fake' "), HasSubstr(" 1")));
  EXPECT_THAT(heard[1], StartsWith("/model.method 5 0 2 'forward' 2 1 2 1 1 "));
  EXPECT_THAT(heard[2], StartsWith("/model.method 5 1 2 'backward' 2 1 2 1 1 "));
  EXPECT_EQ(heard[3], "/model.attribute 5 0 1 'gain' 'f' 0. 2.");
  EXPECT_EQ(heard[4], "/done 5 '/oscine/v1/model/info' 4");
}

TEST(ModelInfo, OfAnUnknownModelNamesTheNearest) {
  World world;
  EXPECT_THAT(world.send("/oscine/v1/model/info", 5, "countr"),
              ElementsAre(AllOf(HasSubstr(" 404 "), HasSubstr("'countr'"), HasSubstr("did you mean 'counter'?"))));
}

TEST(ModelInfo, OfAModelThatStillLoadsIsWhatItsCardSays) {
  World world(support::plain_config(), World::Models::kLoading);
  const auto heard = world.send("/oscine/v1/model/info", 5, "counter");
  EXPECT_THAT(heard, ElementsAre(AllOf(StartsWith("/model.about 5 'counter' 'params' 'loading'"), HasSubstr(" 1")),
                                 "/done 5 '/oscine/v1/model/info' 1"));
}

TEST(Labels, ComeInPages) {
  auto config = support::plain_config();
  config.models[0].card.labels = {"kick", "snare", "hat", "ride"};
  World world(config);
  EXPECT_THAT(world.send("/oscine/v1/labels", 5, "sum", 1, 2),
              ElementsAre("/model.label 5 1 4 'snare'", "/model.label 5 2 4 'hat'", "/done 5 '/oscine/v1/labels' 2"));
  EXPECT_THAT(world.send("/oscine/v1/labels", 5, "sum", 3, 0),
              ElementsAre("/model.label 5 3 4 'ride'", "/done 5 '/oscine/v1/labels' 1"));
  EXPECT_THAT(world.send("/oscine/v1/labels", 5, "sum", 2, 16777216), SizeIs(3));
  EXPECT_THAT(world.send("/oscine/v1/labels", 5, "sum", 99, 1), ElementsAre("/done 5 '/oscine/v1/labels' 0"));
  EXPECT_THAT(world.send("/oscine/v1/labels", 5, "sum", -1, 1), ElementsAre(HasSubstr(" 400 ")));
  EXPECT_THAT(world.send("/oscine/v1/labels", 5, "summ", 0, 1), ElementsAre(HasSubstr(" 404 ")));
}

TEST(Labels, OfAModelWithoutAnyAreTheNamesOfItsOutputs) {
  World world;
  EXPECT_THAT(
      world.send("/oscine/v1/labels", 5, "sum", 0, 0),
      ElementsAre("/model.label 5 0 2 'pitch'", "/model.label 5 1 2 'filter'", "/done 5 '/oscine/v1/labels' 2"));
}

TEST(ModelState, IsPushedToWhoeverSubscribed) {
  World world;
  world.send("/oscine/v1/subscribe", 1, "model.state", 1);
  EXPECT_THAT(world.send("/oscine/v1/unload", 2, "sum"),
              ElementsAre("/model.state 'sum' 'unloaded' 'sum is unloaded'", StartsWith("/done 2")));
  EXPECT_THAT(world.send("/oscine/v1/load", 3, "sum"), Contains(StartsWith("/model.state 'sum' 'ready' ")));
  world.send("/oscine/v1/subscribe", 4, "model.state", 0);
  EXPECT_THAT(world.send("/oscine/v1/unload", 5, "sum"), ElementsAre(StartsWith("/done 5")));
}

}  // namespace
}  // namespace server
