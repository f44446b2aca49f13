#include <gmock/gmock.h>

#include "fixtures.hpp"

namespace {

using models::Value;
using testing::ElementsAre;
using tests::attribute;
using tests::instance_of;
using tests::outcome;
using tests::run;
using tests::torch_card;
using Values = std::vector<Value>;

class TorchAttributes : public tests::TorchTest {};

models::Card settings_card() {
  auto card = torch_card("settings");
  card.attributes = {attribute("gain", "f", {Value(2.0F)}), attribute("all", "iis"), attribute("shape", "ff")};
  return card;
}

TEST_F(TorchAttributes, SettersAndGettersOfTheFileAreCalled) {
  auto instance = instance_of(settings_card());
  EXPECT_THAT(run(*instance, {0.25F, 0.5F}).out, ElementsAre(0.5F, 1));
  ASSERT_EQ(outcome(instance->set("gain", Values{Value(4)})), "fine");
  EXPECT_THAT(*instance->get("gain"), ElementsAre(Value(4.0F)));
  EXPECT_THAT(run(*instance, {0.25F, 0.5F}).out, ElementsAre(1, 2));
}

TEST_F(TorchAttributes, SettersTakeEveryTypeAndGettersGiveTuplesAndTensors) {
  auto instance = instance_of(settings_card());
  EXPECT_THAT(*instance->get("all"), ElementsAre(Value(3), Value(0), Value(std::string("a"))));
  ASSERT_EQ(outcome(instance->set("all", Values{Value(5), Value(1), Value(std::string("b"))})), "fine");
  EXPECT_THAT(*instance->get("all"), ElementsAre(Value(5), Value(1), Value(std::string("b"))));
  ASSERT_EQ(outcome(instance->set("shape", Values{Value(0.5F), Value(0.75F)})), "fine");
  EXPECT_THAT(*instance->get("shape"), ElementsAre(Value(0.5F), Value(0.75F)));
}

TEST_F(TorchAttributes, ASetterMayRefuseOrRaise) {
  auto instance = instance_of(settings_card());
  EXPECT_EQ(outcome(instance->set("gain", Values{Value(-1.0F)})), "500 settings: set_gain refused the value");
  EXPECT_EQ(outcome(instance->set("gain", Values{Value(200.0F)})), "500 settings: set_gain raised: that is too loud");
  EXPECT_THAT(*instance->get("gain"), ElementsAre(Value(2.0F)));
}

TEST_F(TorchAttributes, AreOneSessionsOwnAndGoBackAtReset) {
  const auto model = tests::loaded(settings_card());
  auto one = std::move(*model->instance());
  auto two = std::move(*model->instance());
  ASSERT_TRUE(one->set("gain", Values{Value(3.0F)}));
  EXPECT_THAT(*two->get("gain"), ElementsAre(Value(2.0F)));
  ASSERT_TRUE(one->reset());
  EXPECT_THAT(*one->get("gain"), ElementsAre(Value(2.0F)));
}

TEST_F(TorchAttributes, PlainOnesAndBuffersNeedNoSetters) {
  auto card = torch_card("plain");
  card.attributes = {attribute("gain", "f"), attribute("steps", "i"), attribute("title", "s"), attribute("bias", "ff")};
  auto instance = instance_of(card);
  EXPECT_THAT(*instance->get("gain"), ElementsAre(Value(1.0F)));
  EXPECT_THAT(*instance->get("steps"), ElementsAre(Value(3)));
  EXPECT_THAT(*instance->get("title"), ElementsAre(Value(std::string("plain"))));
  EXPECT_THAT(*instance->get("bias"), ElementsAre(Value(0.25F), Value(0.5F)));
  ASSERT_EQ(outcome(instance->set("gain", Values{Value(2.0F)})), "fine");
  ASSERT_EQ(outcome(instance->set("bias", Values{Value(1.0F), Value(0)})), "fine");
  ASSERT_EQ(outcome(instance->set("title", Values{Value(std::string("new"))})), "fine");
  EXPECT_THAT(run(*instance, {0.5F, 0.25F}).out, ElementsAre(2, 0.5F));
  EXPECT_THAT(*instance->get("title"), ElementsAre(Value(std::string("new"))));
}

TEST_F(TorchAttributes, ACardAndAFileThatDisagreeAreToldSo) {
  auto card = torch_card("plain");
  card.attributes = {attribute("gian", "f")};
  EXPECT_EQ(outcome(models::load(card, tests::quick())),
            "404 plain: the file has no attribute 'gian', nor set_gian and get_gian");
  card.attributes = {attribute("bias", "f")};
  EXPECT_EQ(outcome(instance_of(card)->set("bias", Values{Value(1.0F)})),
            "400 plain: bias of the file is a Tensor; the values do not fit it");
  card = settings_card();
  card.attributes = {attribute("gain", "ff")};
  EXPECT_EQ(outcome(instance_of(card)->set("gain", Values{Value(1.0F), Value(2.0F)})),
            "400 settings: set_gain takes 1 values, 2 came");
}

// Whether a model has state is seen by comparing a used copy with the file, wherever in it the change may be.
TEST_F(TorchAttributes, AChangeAnywhereInACopyIsSeenAndIsOnlyThere) {
  const auto engine = models::open_engine("torch");
  const auto expect_seen = [&](const char* file, const char* attribute, const Values& values) {
    auto program = std::move(*(*engine)->load(torch_card(file)));
    auto changed = std::move(*program->fresh());
    auto other = std::move(*program->fresh());
    EXPECT_FALSE(program->differs(*changed, true)) << attribute;
    ASSERT_EQ(outcome(changed->set(attribute, values)), "fine");
    EXPECT_TRUE(program->differs(*changed, true)) << attribute;
    EXPECT_FALSE(program->differs(*other, true)) << attribute;
  };
  expect_seen("plain", "gain", {Value(1.5F)});
  expect_seen("plain", "steps", {Value(4)});
  expect_seen("plain", "title", {Value(std::string("x"))});
  expect_seen("plain", "bias", {Value(0.25F), Value(0.75F)});
  expect_seen("nested", "inner", {Value(0.5F)});
  expect_seen("nested", "several", {Value(0.5F)});
  expect_seen("nested", "by_name", {Value(0.5F)});
}

}  // namespace
