// kind classifier: loading, methods, and what one window is answered (Instance::run).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "listening.hpp"
#include "models/fake_engine.hpp"

namespace {

using models::Answer;
using testing::ElementsAre;
using testing::FloatEq;
using testing::FloatNear;
using testing::HasSubstr;
using namespace tests;

std::shared_ptr<const models::Model> loaded(const models::Card& card) {
  auto model = models::load(card, quick());
  EXPECT_TRUE(model) << outcome(model);
  return model ? *model : nullptr;
}

std::string refusal(const models::Card& card) { return outcome(models::load(card, quick())); }

struct Row {
  std::string outcome;
  std::vector<float> out;
};

Row ask(const models::Card& card, const std::vector<float>& in, std::size_t method = 0) {
  const auto model = loaded(card);
  if (model == nullptr) return {};
  const auto instance = model->instance();
  Row row;
  row.outcome = outcome((*instance)->run(method, in, row.out));
  return row;
}

TEST(Classifier, ServesItsMethodsAsWindowsOfOneChannel) {
  const auto model = loaded(listening_card());
  ASSERT_EQ(model->methods().size(), 2u);
  const auto& labels = model->methods()[0];
  EXPECT_EQ(labels.name, "labels");
  EXPECT_EQ(labels.answer, Answer::kLabels);
  EXPECT_EQ(labels.in_channels, 1);
  EXPECT_EQ(labels.in_ratio, 1);
  EXPECT_EQ(labels.block, 800);
  EXPECT_EQ(labels.out_channels, 2);
  EXPECT_EQ(labels.out_ratio, 400);
  EXPECT_GT(labels.timing.runs, 0u);
  EXPECT_FALSE(model->stateful());
}

TEST(Classifier, LearnsHowManyNumbersAFrameHasByAsking) {
  auto card = listening_card({{"does", "parts"}, {"outputs", "5"}});
  card.methods = {listening("embedding", Answer::kFrames)};
  EXPECT_EQ(loaded(card)->methods()[0].out_channels, 5);
}

TEST(Classifier, AnswersEachWindowOfAQuestion) {
  auto windows = constant(800, 0.25F);
  windows.resize(1600, 0.5F);
  const auto row = ask(listening_card(), windows);
  EXPECT_EQ(row.outcome, "fine");
  EXPECT_THAT(row.out, ElementsAre(0.75F, 0.25F, 0.5F, 0.5F));
}

TEST(Classifier, RefusesWhatIsNoWindow) {
  EXPECT_EQ(ask(listening_card(), constant(100, 0)).outcome,
            "400 ear: classifier takes windows of 800 samples at 8000 Hz, 100 came");
  auto broken = constant(800, 0);
  broken[2] = std::nanf("");
  EXPECT_EQ(ask(listening_card(), broken).outcome, "400 ear: sample 3 is NaN");
}

TEST(Classifier, NormalisesEachWindowWhereItsCardSaysSo) {
  auto card = listening_card();
  card.listen.front_end.normalise = true;
  // Whatever went in: mean 0 and deviation 1, so that its RMS is that of n - 1 in n.
  const auto row = ask(card, sine(800, 100, 8000, 0.01));
  EXPECT_THAT(row.out, ElementsAre(testing::_, FloatNear(1, 1e-3F)));
}

TEST(Classifier, PutsSigmoidOrSoftmaxOverScoresAndOnNothingElse) {
  auto card = listening_card({{"does", "echo"}});
  const auto window = [] {
    auto samples = constant(800, 0);
    samples[0] = 1;
    samples[1] = -1;
    return samples;
  }();
  card.methods.push_back(listening("pitch", Answer::kPitch));
  card.listen.activation = models::ListenCard::Activation::kSigmoid;
  EXPECT_THAT(ask(card, window).out, ElementsAre(FloatEq(0.7310586F), FloatEq(0.26894143F)));
  EXPECT_THAT(ask(card, window, 2).out, ElementsAre(1, -1));
  card.listen.activation = models::ListenCard::Activation::kSoftmax;
  EXPECT_THAT(ask(card, window).out, ElementsAre(FloatEq(0.8807971F), FloatEq(0.11920292F)));
  card.options.emplace_back("outputs", "3");
  card.methods = {listening("embedding", Answer::kFrames)};
  EXPECT_THAT(ask(card, window).out, ElementsAre(1, -1, 0));
}

TEST(Classifier, ANumberOfScoresThatIsNotThatOfItsLabelsIsRefused) {
  EXPECT_EQ(refusal(listening_card({{"does", "loud"}, {"outputs", "3"}})),
            "500 ear: forward gave 3 numbers for one window; its card has 2 labels");
}

TEST(Classifier, NaNFromTheNetworkIsItsFailure) {
  EXPECT_EQ(refusal(listening_card({{"does", "nan"}})), "500 ear: forward gave NaN as number 2");
}

TEST(Classifier, OnsetsAskNoScript) {
  auto card = listening_card();
  card.methods = {listening("onsets", Answer::kOnsets)};
  const auto model = loaded(card);
  EXPECT_EQ(model->methods()[0].timing.runs, 0u);
  EXPECT_THAT(ask(card, constant(800, 0)).outcome, HasSubstr("409 ear: onsets finds onsets in a stream"));
}

TEST(Classifier, OffersTheSettingsThatItsMethodsHaveAUseFor) {
  const auto names = [](const models::Card& asked) {
    const auto model = loaded(asked);
    std::vector<std::string> all;
    for (const auto& setting : model->settings()) all.push_back(setting.name);
    return all;
  };
  auto card = listening_card();
  EXPECT_THAT(names(card), ElementsAre("top", "threshold"));
  card.methods.push_back(listening("hits", Answer::kHits));
  EXPECT_THAT(names(card), ElementsAre("top", "threshold", "sensitivity"));
  card.methods = {listening("pitch", Answer::kPitch)};
  EXPECT_THAT(names(card), ElementsAre("threshold"));
  card.methods = {listening("scores", Answer::kFrames)};
  EXPECT_THAT(names(card), ElementsAre());
}

TEST(Classifier, AModelOfNumbersTakesNoStream) {
  const auto model = loaded(fake_card());
  EXPECT_EQ(outcome(model->stream(0, {48000, 1})),
            "409 synth: it is of kind params, which takes no streams; ask it with /run or /ask");
  EXPECT_TRUE(model->settings().empty());
}

TEST(Classifier, AStreamHasOneTo64ChannelsAndARateThatCanBeReached) {
  const auto model = loaded(listening_card());
  EXPECT_EQ(outcome(model->stream(0, {48000, 0})), "400 ear: a stream has 1..64 channels; 0 came");
  EXPECT_EQ(outcome(model->stream(0, {48000, 65})), "400 ear: a stream has 1..64 channels; 65 came");
  EXPECT_THAT(outcome(model->stream(0, {1e7, 1})), HasSubstr("400 ear: "));
  EXPECT_THAT(outcome(model->stream(7, {48000, 1})), HasSubstr("404 ear: no method"));
}

TEST(Classifier, OneThatRemembersCannotHearChannelsByThemselves) {
  auto card = listening_card({{"does", "count"}});
  card.listen.each_channel = true;
  const auto model = loaded(card);
  EXPECT_TRUE(model->stateful());
  EXPECT_THAT(outcome(model->stream(0, {8000, 2})), HasSubstr("409 ear: it remembers what it heard"));
  EXPECT_EQ(outcome(model->stream(0, {8000, 1})), "fine");
}

}  // namespace
