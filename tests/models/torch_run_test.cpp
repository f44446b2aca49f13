#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <thread>

#include "fixtures.hpp"

namespace {

using testing::ElementsAre;
using testing::FloatNear;
using testing::Pointwise;
using tests::expected;
using tests::instance_of;
using tests::loaded;
using tests::run;
using tests::torch_card;

class TorchRun : public tests::TorchTest {};

void expect_python(models::Instance& instance, const std::string& name) {
  const auto rows = expected(name);
  ASSERT_GE(rows.size(), 8U);
  for (const auto& row : rows) EXPECT_THAT(run(instance, row.in).out, Pointwise(FloatNear(1e-6F), row.out));
}

TEST_F(TorchRun, AnMlpAnswersAsPythonDoes) { expect_python(*instance_of(tests::mlp_card()), "mlp"); }

TEST_F(TorchRun, ManyFramesAreOneCallWithTheSameAnswers) {
  auto instance = instance_of(tests::mlp_card());
  std::vector<float> in, out;
  for (const auto& row : expected("mlp")) {
    in.insert(in.end(), row.in.begin(), row.in.end());
    out.insert(out.end(), row.out.begin(), row.out.end());
  }
  EXPECT_THAT(run(*instance, in).out, Pointwise(FloatNear(1e-6F), out));
  expect_python(*instance, "mlp");
}

TEST_F(TorchRun, AGruRemembersAsPythonDoesAndForgetsAtReset) {
  auto instance = instance_of(torch_card("gru"));
  expect_python(*instance, "gru");
  ASSERT_TRUE(instance->reset());
  expect_python(*instance, "gru");
}

TEST_F(TorchRun, FramesOfAStatefulModelGoThroughInOrder) {
  auto instance = instance_of(torch_card("gru"));
  std::vector<float> in, out;
  for (const auto& row : expected("gru")) {
    in.insert(in.end(), row.in.begin(), row.in.end());
    out.insert(out.end(), row.out.begin(), row.out.end());
  }
  EXPECT_THAT(run(*instance, in).out, Pointwise(FloatNear(1e-6F), out));
}

TEST_F(TorchRun, AnUnrolledGruKeepsItsWeights) { expect_python(*instance_of(torch_card("real_gru")), "real_gru"); }

TEST_F(TorchRun, TwoSessionsOfAStatefulModelDoNotMeet) {
  const auto model = loaded(torch_card("counter"));
  auto one = std::move(*model->instance());
  auto two = std::move(*model->instance());
  EXPECT_THAT(run(*one, {0.5F, 0.5F}).out, ElementsAre(1, 1));
  EXPECT_THAT(run(*one, {0.5F, 0.5F}).out, ElementsAre(2, 2));
  EXPECT_THAT(run(*two, {0.5F, 0.5F}).out, ElementsAre(1, 1));
}

TEST_F(TorchRun, AModelThatWritesToItsWeightsDoesNotReachOtherSessions) {
  const auto model = loaded(torch_card("writes_weights"));
  auto one = std::move(*model->instance());
  EXPECT_THAT(run(*one, {0, 0}).out, ElementsAre(1, 1));
  EXPECT_THAT(run(*one, {0, 0}).out, ElementsAre(2, 2));
  EXPECT_THAT(run(*std::move(*model->instance()), {0, 0}).out, ElementsAre(1, 1));
}

// The input tensor is used again from call to call: a model that keeps it must not see the next call's numbers in it.
TEST_F(TorchRun, AModelMayKeepTheTensorThatItWasGiven) {
  for (const auto* name : {"delay", "delay_of_view"}) {
    auto instance = instance_of(torch_card(name));
    EXPECT_THAT(run(*instance, {0.1F, 0.2F}).out, ElementsAre(0, 0)) << name;
    EXPECT_THAT(run(*instance, {0.3F, 0.4F}).out, ElementsAre(0.1F, 0.2F)) << name;
    EXPECT_THAT(run(*instance, {0.5F, 0.6F}).out, ElementsAre(0.3F, 0.4F)) << name;
  }
}

TEST_F(TorchRun, AModelMayReturnOrOverwriteItsInput) {
  auto same = instance_of(torch_card("identity"));
  auto twice = instance_of(torch_card("in_place"));
  for (const float x : {0.1F, 0.2F, 0.3F}) {
    EXPECT_THAT(run(*same, {x, 0}).out, ElementsAre(x, 0));
    EXPECT_THAT(run(*twice, {x, 0}).out, ElementsAre(2 * x, 0));
  }
}

TEST_F(TorchRun, AFileSavedWhileTrainingIsEvaluated) {
  auto instance = instance_of(torch_card("dropout"));
  for (int i = 0; i < 20; ++i) EXPECT_THAT(run(*instance, {0.5F, 1}).out, ElementsAre(0.5F, 1));
}

TEST_F(TorchRun, OtherNumberTypesAndStridesAreRead) {
  EXPECT_THAT(run(*instance_of(torch_card("odd")), {0.1F, 0.2F, 0.3F, 0.4F}).out, ElementsAre(0.2F, 0.4F, 0.6F, 0.8F));
}

TEST_F(TorchRun, OneFrameMayComeBackWithoutItsFrameAxis) {
  auto instance = instance_of(torch_card("flat"));
  EXPECT_THAT(run(*instance, {0.1F, 0.2F}).out, ElementsAre(0.1F, 0.2F));
  EXPECT_EQ(run(*instance, {0, 0, 0, 0}).outcome,
            "500 flat: forward gave [2]; its card says 2 outputs for each of 2 frames");
}

TEST_F(TorchRun, ArgumentsWithDefaultsAreFilledIn) {
  EXPECT_THAT(run(*instance_of(torch_card("defaults")), {0.25F, 0.5F}).out, ElementsAre(1.5F, 2));
}

TEST_F(TorchRun, EachMethodOfAFileCanBeCalled) {
  auto card = torch_card("methods");
  card.methods = {tests::method("decode", {"z"}, {"a", "b"}), tests::method("encode", {"x", "y"}, {"z"}),
                  tests::method("forward", {"x", "y"}, {"a", "b"})};
  auto instance = instance_of(card);
  EXPECT_THAT(run(*instance, {0.5F}, 0).out, ElementsAre(0.5F, -0.5F));
  EXPECT_THAT(run(*instance, {0.5F, 0.25F}, 1).out, ElementsAre(0.75F));
  EXPECT_THAT(run(*instance, {0.5F, 0.25F}, 2).out, ElementsAre(0.75F, -0.75F));
}

TEST_F(TorchRun, AFileNeedsNoForward) {
  auto card = torch_card("no_forward");
  card.methods = {tests::method("encode", {"x", "y"}, {"a", "b"})};
  EXPECT_FALSE(loaded(card)->stateful());
  EXPECT_THAT(run(*instance_of(card), {0.25F, 0.5F}).out, ElementsAre(0.5F, 1));
}

TEST_F(TorchRun, WhatAScriptRaisesIsItsOwnSentence) {
  auto instance = instance_of(torch_card("raises"));
  EXPECT_EQ(run(*instance, {1, 0.5F}).outcome, "500 raises: forward raised: the cutoff is above the moon");
  EXPECT_EQ(run(*instance, {0.5F, 1}).outcome, "500 raises: forward raised: resonance must stay below one");
  EXPECT_THAT(run(*instance, {0, 0.5F}).outcome, testing::StartsWith("500 raises: forward raised: mat1 and mat2"));
  EXPECT_THAT(run(*instance, {0.5F, 0.25F}).out, ElementsAre(0.5F, 0.25F));
}

TEST_F(TorchRun, NaNIsToldByTheNameOfItsOutput) {
  auto instance = instance_of(torch_card("nan"));
  EXPECT_EQ(run(*instance, {0.5F, 1}).outcome, "500 nan: output filter is NaN");
  EXPECT_EQ(run(*instance, {0.5F, 0.5F}).outcome, "fine");
}

TEST_F(TorchRun, AScriptThatPrintsLeavesOurOutputClean) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  EXPECT_THAT(run(*instance_of(torch_card("talks")), {0, 1}).out, ElementsAre(0, 1));
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
  EXPECT_THAT(testing::internal::GetCapturedStderr(), testing::HasSubstr("a script that talks"));
}

// The optimizing executor needs two slow passes; a fresh copy must find them done.
TEST_F(TorchRun, AFreshInstanceIsWarmAlready) {
  const auto model = loaded(torch_card("gru"));
  std::vector<double> first;
  for (int i = 0; i < 9; ++i) {
    auto instance = std::move(*model->instance());
    std::vector<float> out;
    const std::vector<float> in{0.5F, 0.5F};
    const auto before = std::chrono::steady_clock::now();
    ASSERT_TRUE(instance->run(0, in, out));
    first.push_back(std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - before).count());
  }
  std::sort(first.begin(), first.end());
  EXPECT_LT(first[4], 30 * model->methods().front().timing.p50.count() + 200);
}

TEST_F(TorchRun, ManyThreadsShareAModelWithoutState) {
  const auto model = loaded(tests::mlp_card());
  const auto rows = expected("mlp");
  std::vector<std::thread> threads;
  std::array<int, 4> wrong{};
  for (auto& count : wrong) {
    threads.emplace_back([&] {
      model->engine().prepare_thread();
      auto instance = std::move(*model->instance());
      for (int round = 0; round < 20; ++round) {
        for (const auto& row : rows) {
          const auto answer = run(*instance, row.in).out;
          if (answer.size() != 2 || std::abs(answer[0] - row.out[0]) > 1e-6F) ++count;
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_THAT(wrong, testing::Each(0));
}

}  // namespace
