// Windows of several streams in one call of the script: only where it says of each what it says of it alone.
#include <gmock/gmock.h>

#include "listening.hpp"

namespace {

using models::Heard;
using models::StreamOutput;
using models::Windows;
using testing::ElementsAre;
using testing::Field;
using testing::Pair;
using testing::SizeIs;
using namespace tests;

/// Streams of one model that are answered together.
class Together {
 public:
  Together(const models::Card& card, std::size_t streams) : out(streams) {
    model_ = *models::load(card, quick());
    instance_ = std::move(*model_->instance());
    for (std::size_t i = 0; i < streams; ++i) streams_.push_back(std::move(*model_->stream(0, {8000, 1})));
  }

  int rows() const { return model_->methods()[0].rows; }
  bool stateful() const { return model_->stateful(); }
  auto facts() const { return model_->facts(); }

  /// A piece for each stream; all that is complete then is asked about together. @return what went wrong in each.
  std::vector<std::string> hear(const std::vector<std::vector<float>>& pieces) {
    Windows windows;
    std::vector<std::size_t> ends;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      EXPECT_EQ(*streams_[i]->take(pieces[i], windows, out[i]), pieces[i].size());
      ends.push_back(windows.count());
    }
    instance_->ask(0, windows, true);
    EXPECT_EQ(windows.answers.size(), windows.count());
    std::vector<std::string> outcomes;
    for (std::size_t i = 0, begin = 0; i < pieces.size(); begin = ends[i++]) {
      const auto count = ends[i] - begin;
      outcomes.push_back(outcome(streams_[i]->tell(std::span(windows.heard).subspan(begin, count),
                                                   std::span(windows.answers).subspan(begin, count), out[i])));
    }
    return outcomes;
  }

  std::vector<StreamOutput> out;

 private:
  std::shared_ptr<const models::Model> model_;
  std::unique_ptr<models::Instance> instance_;
  std::vector<std::unique_ptr<models::Stream>> streams_;
};

TEST(ClassifierRows, StreamsThatAreAnsweredTogetherHearWhatEachHearsAlone) {
  const auto card = listening_card();
  std::vector<std::vector<float>> pieces;
  for (const float loudness : {0.1F, 0.9F, 0.4F, 0.6F, 0.2F}) pieces.push_back(constant(1200, loudness));
  Together all(card, pieces.size());
  EXPECT_EQ(all.rows(), 8);
  all.hear(pieces);  // ten windows: more than one call
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    Ear alone(card);
    alone.push(pieces[i]);
    EXPECT_EQ(all.out[i].events, alone.out.events);
    EXPECT_THAT(all.out[i].events, SizeIs(2));
  }
}

TEST(ClassifierRows, AWindowThatCannotBeAnsweredSpoilsNoOther) {
  for (const auto* does : {"throw", "nan", "shape"}) {
    auto card = listening_card({{"does", does}, {"when", "0.5"}});
    Together all(card, 3);
    EXPECT_EQ(all.rows(), 8) << does;
    const auto outcomes = all.hear({constant(800, 0.25F), constant(800, 0.5F), constant(800, 0.125F)});
    EXPECT_EQ(outcomes[0], "fine");
    EXPECT_THAT(outcomes[1], testing::StartsWith("500 ear: forward ")) << does;
    EXPECT_EQ(outcomes[2], "fine");
    EXPECT_THAT(all.out[0].events, SizeIs(1));
    EXPECT_THAT(all.out[1].events, SizeIs(0));
    EXPECT_THAT(all.out[2].events, ElementsAre(Field(&Heard::score, 100.0F))) << "sum of 800 times 0.125";
  }
}

TEST(ClassifierRows, WhatRemembersAndWhatHasNoPlaceForRowsIsAskedOneByOne) {
  auto card = listening_card({{"does", "count"}});
  Together counting(card, 1);
  EXPECT_TRUE(counting.stateful());
  EXPECT_EQ(counting.rows(), 1);
  card = listening_card();
  card.listen.shape = {"samples"};
  EXPECT_EQ(Together(card, 1).rows(), 1);
  card.listen.shape = {"2", "400"};
  Together halves(card, 2);
  EXPECT_EQ(halves.rows(), 1);
  halves.hear({constant(800, 0.75F), constant(800, 0.25F)});
  EXPECT_THAT(halves.out[0].events, ElementsAre(Field(&Heard::name, "loud")));
  EXPECT_THAT(halves.out[1].events, ElementsAre(Field(&Heard::name, "quiet")));
  EXPECT_THAT(halves.facts(), testing::Contains(Pair("windows of several sessions", "one by one")));
}

}  // namespace
