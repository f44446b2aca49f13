#include <gmock/gmock.h>

#include <array>
#include <cmath>
#include <thread>

#include "cards.hpp"
#include "models/fake_engine.hpp"

namespace {

using models::Value;
using testing::ElementsAre;
using tests::fake_card;
using tests::outcome;
using tests::quick;

std::unique_ptr<models::Instance> instance_of(const models::Card& card) {
  auto model = models::load(card, quick());
  EXPECT_TRUE(model) << outcome(model);
  auto instance = (*model)->instance();
  EXPECT_TRUE(instance) << outcome(instance);
  return std::move(*instance);
}

struct Answer {
  std::string outcome;
  std::vector<float> out;
};

Answer run(models::Instance& instance, std::vector<float> in, std::size_t method = 0) {
  Answer answer;
  answer.outcome = outcome(instance.run(method, in, answer.out));
  return answer;
}

TEST(Params, AnswersEveryFrameInOneCall) {
  auto instance = instance_of(fake_card({{"does", "echo"}}));
  EXPECT_THAT(run(*instance, {0.1F, 0.2F, 0.3F, 0.4F}).out, ElementsAre(0.1F, 0.2F, 0.3F, 0.4F));
  auto mean = instance_of(fake_card({{"does", "mean"}}));
  EXPECT_THAT(run(*mean, {0.25F, 0.75F}).out, ElementsAre(0.5F, 0.5F));
}

TEST(Params, AStatefulModelSeesItsFramesOneAfterTheOther) {
  auto instance = instance_of(fake_card({{"does", "count"}}));
  EXPECT_THAT(run(*instance, {0, 0, 0, 0, 0, 0}).out, ElementsAre(1, 1, 2, 2, 3, 3));
  EXPECT_THAT(run(*instance, {0, 0}).out, ElementsAre(4, 4));
}

TEST(Params, NumbersThatAreNoWholeFrameAreRefused) {
  auto instance = instance_of(fake_card());
  const std::string takes = "400 synth: forward takes 2 numbers for each frame (x, y), ";
  EXPECT_EQ(run(*instance, {0.5F}).outcome, takes + "1 came");
  EXPECT_EQ(run(*instance, {0.5F, 0.5F, 0.5F}).outcome, takes + "3 came");
  EXPECT_EQ(run(*instance, {}).outcome, takes + "0 came");
}

TEST(Params, AValueOutsideItsRangeIsRefusedByName) {
  auto card = fake_card();
  card.methods.front().inputs[1] = tests::port("cutoff", 20, 20000);
  card.methods.front().inputs[1].unit = "Hz";
  auto instance = instance_of(card);
  EXPECT_EQ(run(*instance, {1.5F, 100}).outcome, "400 synth: x is 1.5; its range is 0..1");
  EXPECT_EQ(run(*instance, {0, 100, 0, 7}).outcome, "400 synth: cutoff of frame 2 is 7; its range is 20..20000 Hz");
  EXPECT_EQ(run(*instance, {std::nanf(""), 100}).outcome, "400 synth: x is NaN; its range is 0..1");
  EXPECT_EQ(run(*instance, {HUGE_VALF, 100}).outcome, "400 synth: x is infinite; its range is 0..1");
}

TEST(Params, AValueOutsideByARoundingErrorIsPutOnTheBound) {
  auto card = fake_card();
  card.methods.front().inputs[1] = tests::port("cutoff", 0, 20000);
  auto instance = instance_of(card);
  EXPECT_THAT(run(*instance, {1.000009F, 20000.1F}).out, ElementsAre(1, 20000));
  EXPECT_THAT(run(*instance, {-0.000009F, -0.1F}).out, ElementsAre(0, 0));
  EXPECT_NE(run(*instance, {1.00002F, 0}).outcome, "fine");
}

TEST(Params, APortWithoutABoundTakesAnyNumberButNoInfinity) {
  auto card = fake_card();
  card.methods.front().inputs[0] = tests::free_port("x");
  card.methods.front().inputs[1] = tests::port("y", 0, HUGE_VALF);
  auto instance = instance_of(card);
  EXPECT_THAT(run(*instance, {-1e30F, 1e30F}).out, ElementsAre(-1e30F, 1e30F));
  EXPECT_EQ(run(*instance, {HUGE_VALF, 0}).outcome, "400 synth: x is infinite; its range is any number");
  EXPECT_EQ(run(*instance, {0, -1}).outcome, "400 synth: y is -1; its range is at least 0");
}

TEST(Params, WhatAModelDoesWrongIsToldAndTheNextCallIsFine) {
  auto nan = instance_of(fake_card({{"does", "nan"}, {"when", "1"}}));
  EXPECT_EQ(run(*nan, {1, 0}).outcome, "500 synth: output filter is NaN");
  EXPECT_THAT(run(*nan, {0.5F, 0}).out, ElementsAre(0.5F, 0.5F));
  auto shape = instance_of(fake_card({{"does", "shape"}, {"when", "1"}}));
  EXPECT_EQ(run(*shape, {1, 0, 0, 0}).outcome,
            "500 synth: forward gave [2, 3]; its card says 2 outputs for each of 2 frames");
  EXPECT_EQ(run(*shape, {0.5F, 0}).outcome, "fine");
  auto raising = instance_of(fake_card({{"does", "throw"}, {"when", "1"}}));
  EXPECT_EQ(run(*raising, {1, 0}).outcome, "500 synth: forward raised: the fake raised, as asked");
  EXPECT_EQ(run(*raising, {0.5F, 0}).outcome, "fine");
}

TEST(Instance, AnUnknownMethodIndexIsRefused) {
  auto instance = instance_of(fake_card());
  EXPECT_EQ(run(*instance, {0, 0}, 1).outcome, "404 synth: no method 1");
}

TEST(Instance, TwoOfAStatefulModelDoNotMeet) {
  const auto model = models::load(fake_card({{"does", "count"}}), quick());
  auto one = (*model)->instance();
  auto two = (*model)->instance();
  run(**one, {0, 0});
  run(**one, {0, 0});
  EXPECT_THAT(run(**two, {0, 0}).out, ElementsAre(1, 1));
  EXPECT_THAT(run(**one, {0, 0}).out, ElementsAre(3, 3));
}

TEST(Instance, ResetGoesBackToTheFileAndToTheCardsAttributes) {
  auto card = fake_card({{"does", "count"}});
  card.attributes = {tests::attribute("tone", "f", {Value(0.5F)})};
  auto instance = instance_of(card);
  run(*instance, {0, 0});
  ASSERT_TRUE(instance->set("tone", std::vector<Value>{Value(0.9F)}));
  ASSERT_TRUE(instance->reset());
  EXPECT_THAT(run(*instance, {0, 0}).out, ElementsAre(1, 1));
  EXPECT_THAT(*instance->get("tone"), ElementsAre(Value(0.5F)));
  ASSERT_TRUE(instance->reset());
  ASSERT_TRUE(instance->reset());
  EXPECT_THAT(run(*instance, {0, 0}).out, ElementsAre(1, 1));
}

TEST(Instance, AFailureOfAModelWithStateForgetsWhatItHeardAndKeepsItsAttributes) {
  auto card = fake_card({{"does", "nan"}, {"when", "1"}});
  card.attributes = {tests::attribute("gain", "f", {Value(1.0F)})};
  auto instance = instance_of(card);
  ASSERT_TRUE(instance->set("gain", std::vector<Value>{Value(2.0F)}));
  EXPECT_THAT(run(*instance, {0.25F, 0.25F}).out, ElementsAre(1, 1));
  EXPECT_NE(run(*instance, {1, 0}).outcome, "fine");
  EXPECT_THAT(*instance->get("gain"), ElementsAre(Value(2.0F)));
  ASSERT_TRUE(instance->reset());
  EXPECT_THAT(*instance->get("gain"), ElementsAre(Value(1.0F)));
}

TEST(Instance, RefusedInputLeavesTheStateAlone) {
  auto instance = instance_of(fake_card({{"does", "count"}}));
  run(*instance, {0, 0});
  EXPECT_NE(run(*instance, {0, 0, 0, 9}).outcome, "fine");
  EXPECT_THAT(run(*instance, {0, 0}).out, ElementsAre(2, 2));
}

TEST(Instance, AttributesTakeWholeFloatsAsIntsAndIntsAsFloats) {
  auto card = fake_card();
  card.attributes = {tests::attribute("all", "ifs", {Value(1), Value(2.0F), Value(std::string("a"))})};
  auto instance = instance_of(card);
  EXPECT_THAT(*instance->get("all"), ElementsAre(Value(1), Value(2.0F), Value(std::string("a"))));
  ASSERT_TRUE(instance->set("all", std::vector<Value>{Value(7.0F), Value(8), Value(std::string("b"))}));
  EXPECT_THAT(*instance->get("all"), ElementsAre(Value(7), Value(8.0F), Value(std::string("b"))));
}

TEST(Instance, AnAttributeThatDoesNotFitIsRefusedAndKept) {
  auto card = fake_card();
  card.attributes = {tests::attribute("gain", "f", {Value(1.0F)}), tests::attribute("pair", "ii")};
  card.attributes[0].min = 0;
  card.attributes[0].max = 2;
  auto instance = instance_of(card);
  const auto set = [&](const char* name, std::vector<Value> values) { return outcome(instance->set(name, values)); };
  EXPECT_EQ(set("gian", {Value(1.0F)}), "404 synth: no attribute 'gian'; did you mean 'gain'?");
  EXPECT_EQ(set("zzzzzzzz", {Value(1.0F)}), "404 synth: no attribute 'zzzzzzzz'; it has gain, pair");
  EXPECT_EQ(set("gain", {}), "400 synth: gain takes 1 value, 0 came");
  EXPECT_EQ(set("gain", {Value(std::string("x"))}), "400 synth: gain takes a number");
  EXPECT_EQ(set("gain", {Value(3)}), "400 synth: gain is 3; its range is 0..2");
  EXPECT_EQ(set("gain", {Value(std::nanf(""))}), "400 synth: gain takes a number");
  EXPECT_EQ(set("pair", {Value(1), Value(1.5F)}), "400 synth: value 2 of pair takes a whole number");
  EXPECT_EQ(outcome(instance->get("gian")), "404 synth: no attribute 'gian'; did you mean 'gain'?");
  EXPECT_THAT(*instance->get("gain"), ElementsAre(Value(1.0F)));
  EXPECT_EQ(outcome(instance_of(fake_card())->get("gain")), "404 synth: no attribute 'gain'; it has none");
}

TEST(Instance, KeepsItsModelAlive) {
  auto model = models::load(fake_card({{"does", "sum"}}), quick());
  auto instance = std::move(*(*model)->instance());
  model->reset();
  EXPECT_THAT(run(*instance, {0.25F, 0.5F}).out, ElementsAre(0.75F, 0.75F));
}

TEST(Instance, ManyThreadsMayEachUseTheirOwn) {
  const auto model = models::load(fake_card({{"does", "sum"}}), quick());
  std::vector<std::thread> threads;
  std::array<bool, 4> right{};
  for (std::size_t i = 0; i < right.size(); ++i) {
    threads.emplace_back([&, i] {
      auto instance = (*model)->instance();
      const float x = 0.1F * static_cast<float>(i);
      bool all = true;
      for (int n = 0; n < 200; ++n) all = all && run(**instance, {x, 0}).out == std::vector<float>{x, x};
      right[i] = all;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_THAT(right, testing::Each(true));
}

TEST(FakeGate, HoldsARunUntilItOpens) {
  auto instance = instance_of(fake_card({{"does", "gate"}, {"gate", "run"}}));
  models::FakeGate gate("run");
  Answer answer;
  std::thread runner([&] { answer = run(*instance, {0.25F, 0.25F}); });
  ASSERT_TRUE(gate.await(1));
  EXPECT_EQ(answer.outcome, "");
  gate.open();
  runner.join();
  EXPECT_THAT(answer.out, ElementsAre(0.5F, 0.5F));
  EXPECT_EQ(run(*instance, {0, 0}).outcome, "fine");
}

TEST(FakeGate, CanCloseAgainAndOpensWhenItGoes) {
  auto instance = instance_of(fake_card({{"does", "gate"}, {"gate", "again"}, {"when", "1"}}));
  std::thread runner;
  {
    models::FakeGate gate("again");
    EXPECT_EQ(run(*instance, {0, 0}).outcome, "fine");
    gate.open();
    EXPECT_EQ(run(*instance, {1, 0}).outcome, "fine");
    gate.close();
    runner = std::thread([&] { run(*instance, {1, 0}); });
    EXPECT_TRUE(gate.await(1));
  }
  runner.join();
}

/// Keeps how long each call may take.
struct Limits final : models::CallWatch {
  void began(std::string_view /*model*/, base::Duration limit) noexcept override { of.push_back(limit); }
  void ended() noexcept override {}
  std::vector<base::Duration> of;
};

TEST(CallLimit, GrowsWithWhatACallIsGiven) {
  auto instance = instance_of(fake_card({{"does", "slow"}, {"ms", "1"}}));
  Limits limits;
  models::watch_calls(&limits);
  EXPECT_EQ(run(*instance, {0, 0}).outcome, "fine");
  EXPECT_EQ(run(*instance, std::vector<float>(200)).outcome, "fine");
  models::watch_calls(nullptr);
  ASSERT_EQ(limits.of.size(), 2U);
  const auto second = std::chrono::seconds(1);
  EXPECT_GE(limits.of[0] - second, std::chrono::milliseconds(10));
  EXPECT_NEAR(static_cast<double>((limits.of[1] - second).count()),
              100 * static_cast<double>((limits.of[0] - second).count()), 100);
}

TEST(FakeGate, AwaitEndsWhenNobodyComes) {
  models::FakeGate gate("nobody");
  EXPECT_FALSE(gate.await(1, std::chrono::milliseconds(1)));
}

}  // namespace
