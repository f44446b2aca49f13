// Classifiers of the torch engine: tuples, calls, state, and which way of serving is the quicker one.
#include <gmock/gmock.h>

#include "fixtures.hpp"
#include "listening.hpp"

namespace {

using models::Answer;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;
using testing::SizeIs;
using namespace tests;

class ClassifierTorch : public TorchTest {};

/// A classifier of one of the files: windows of 800 samples.
models::Card ear_card(const std::string& file, Answer answer = Answer::kFrames) {
  auto card = listening_card({});
  card.name = file;
  card.engine = "torch";
  card.file = fixture(file + ".ts");
  card.methods = {listening("numbers", answer)};
  return card;
}

std::vector<float> frames_of(const models::Card& card, const std::vector<float>& samples) {
  Ear ear(card);
  if (ear.stream == nullptr) return {};
  ear.hear(samples);
  return ear.out.frames;
}

std::string refusal(const models::Card& card) { return outcome(models::load(card, quick())); }

TEST_F(ClassifierTorch, AnElementOfATupleIsPicked) {
  auto card = ear_card("means");  // (mean, [maximum, minimum])
  card.methods[0].element = 1;
  auto samples = constant(800, 0.25F);
  samples[3] = 1;
  samples[4] = -1;
  EXPECT_THAT(frames_of(card, samples), ElementsAre(1, -1));
  card.methods[0].element = 2;
  EXPECT_EQ(refusal(card),
            "500 means: forward gave a tuple of 2; its card asks for element 2 of a tuple, where 0 is the first");
  card.methods[0].element = -1;
  EXPECT_EQ(refusal(card),
            "500 means: forward gave a tuple of 2; it has to give one tensor (element in its card picks one)");
}

TEST_F(ClassifierTorch, AnElementOfAListIsPicked) {
  auto card = ear_card("means");
  card.methods[0].call = "listed";
  card.methods[0].element = 0;
  EXPECT_THAT(frames_of(card, constant(800, 0.5F)), ElementsAre(0.5F));
}

TEST_F(ClassifierTorch, SeveralMethodsOfACardMayCallTheSameOfTheScript) {
  auto card = ear_card("means");
  card.methods.push_back(card.methods[0]);
  card.methods[0].element = 0;
  card.methods[1].element = 1;
  card.methods[1].name = "extremes";
  const auto model = loaded(card);
  ASSERT_NE(model, nullptr);
  EXPECT_EQ(model->methods()[0].out_channels, 1);
  EXPECT_EQ(model->methods()[1].out_channels, 2);
  card.methods[1].call = "absent";
  EXPECT_THAT(refusal(card), HasSubstr("there is no method 'absent' in it; it has "));
}

TEST_F(ClassifierTorch, OnsetsNeedNoMethodOfTheFile) {
  auto card = ear_card("means", Answer::kOnsets);
  card.methods[0].call = "";
  card.methods[0].name = "onsets";
  EXPECT_EQ(refusal(card), "fine");
}

TEST_F(ClassifierTorch, SeveralFramesInOneWindowAreRefused) {
  EXPECT_EQ(refusal(ear_card("rows")),
            "500 rows: forward gave [1, 4, 2] for one window; one row of numbers is expected: where these are several "
            "frames in time, let the card's window be one frame long");
}

TEST_F(ClassifierTorch, WhatRemembersHasItsOwnCopyForEachStream) {
  auto card = ear_card("remembers");  // the mean of this window and of the last one
  card.listen.hop = 800;
  auto samples = constant(800, 1);
  samples.resize(2400, 0.0F);
  const auto model = loaded(card);
  ASSERT_NE(model, nullptr);
  EXPECT_TRUE(model->stateful());
  EXPECT_THAT(frames_of(card, samples), ElementsAre(0.5F, 0.5F, 0.0F));
  EXPECT_THAT(frames_of(card, samples), ElementsAre(0.5F, 0.5F, 0.0F));
}

TEST_F(ClassifierTorch, OneWithoutStateSaysHowItIsServed) {
  const auto model = loaded(ear_card("convolution"));
  ASSERT_NE(model, nullptr);
  EXPECT_FALSE(model->stateful());
  EXPECT_THAT(model->facts(), Contains(Pair("shared", testing::AnyOf("frozen", "optimized for inference"))));
}

TEST_F(ClassifierTorch, SeveralWindowsAreAskedAboutAtOnceWhereEachIsAnsweredAsIfItWereAlone) {
  const auto rows = [](const std::string& file) {
    const auto model = loaded(ear_card(file));
    return model == nullptr ? 0 : model->methods()[0].rows;
  };
  EXPECT_EQ(rows("convolution"), 8);
  EXPECT_EQ(rows("compares"), 1) << "it looks from one row at the others";
  EXPECT_EQ(rows("remembers"), 1);
}

/// Both ways of sharing answer what a copy of the file answers.
TEST_F(ClassifierTorch, TheRewrittenOneAnswersTheSame) {
  const auto card = ear_card("convolution");
  auto engine = models::open_engine("torch");
  ASSERT_TRUE(engine);
  (*engine)->prepare_thread();
  auto program = (*engine)->load(card);
  ASSERT_TRUE(program) << outcome(program);
  const auto samples = sine(800, 440, 8000);
  const auto ask = [&](models::Run& run) {
    models::TensorOut out;
    for (int i = 0; i < 4; ++i) EXPECT_TRUE(run.run(0, {samples, {1, 800}}, out));
    return out.data;
  };
  auto fresh = (*program)->fresh();
  auto shared = (*program)->shared();
  auto rewritten = (*program)->rewritten();
  ASSERT_TRUE(fresh && shared && rewritten && *rewritten != nullptr);
  EXPECT_THAT(ask(**shared), testing::Pointwise(testing::FloatNear(1e-5F), ask(**fresh)));
  EXPECT_THAT(ask(**rewritten), testing::Pointwise(testing::FloatNear(1e-5F), ask(**fresh)));
  shared->reset();
  (*program)->choose_rewritten(true);
  auto chosen = (*program)->shared();
  ASSERT_TRUE(chosen);
  EXPECT_EQ(ask(**chosen), ask(**rewritten));
  EXPECT_THAT((*program)->facts(), Contains(Pair("shared", "optimized for inference")));
}

}  // namespace
