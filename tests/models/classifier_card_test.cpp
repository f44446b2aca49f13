// What the card of a classifier alone can tell is wrong.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "cards.hpp"

namespace {

using models::Card;
using testing::HasSubstr;
using namespace tests;

Card mel_card() {
  Card card = listening_card();
  card.listen.window = 1200;
  card.listen.hop = 400;
  auto& front = card.listen.front_end;
  front.kind = models::FrontEndCard::Kind::kLogMel;
  front.window = front.fft = 400;
  front.hop = 200;
  front.mels = 16;
  front.max = 4000;
  front.floor = 1e-10;
  return card;
}

Card mfcc_card() {
  Card card = mel_card();
  card.listen.front_end.kind = models::FrontEndCard::Kind::kMfcc;
  card.listen.front_end.coefficients = 13;
  return card;
}

TEST(ClassifierCard, ThoseOfTheTestsAreRight) {
  EXPECT_EQ(outcome(models::check(listening_card())), "fine");
  EXPECT_EQ(outcome(models::check(mel_card())), "fine");
  EXPECT_EQ(outcome(models::check(mfcc_card())), "fine");
}

struct Wrong {
  const char* says;
  std::function<void(Card&)> make;
  Card (*from)() = mel_card;
};
Card waveform_card() { return listening_card(); }

class WrongClassifier : public testing::TestWithParam<Wrong> {};
TEST_P(WrongClassifier, IsRefusedInASentence) {
  Card card = GetParam().from();
  GetParam().make(card);
  const auto said = outcome(models::check(card));
  EXPECT_THAT(said, testing::StartsWith("500 "));
  EXPECT_THAT(said, HasSubstr(GetParam().says));
}
INSTANTIATE_TEST_SUITE_P(
    Cards, WrongClassifier,
    testing::Values(
        Wrong{"names no methods", [](Card& c) { c.methods.clear(); }},
        Wrong{"labels says no answer", [](Card& c) { c.methods[0].answer = models::Answer::kNumbers; }},
        Wrong{"labels names inputs", [](Card& c) { c.methods[0].inputs = {port("x")}; }},
        Wrong{"element of labels has to be 0 or more", [](Card& c) { c.methods[0].element = -2; }},
        Wrong{"modelRate is 0; a classifier works at 1000..192000", [](Card& c) { c.model_rate = 0; }},
        Wrong{"that finds onsets works at 8000..192000",
              [](Card& c) {
                c.model_rate = 4000;
                c.methods.push_back(listening("hits", models::Answer::kHits));
              }},
        Wrong{"window is 0; it has to be at least 1 sample", [](Card& c) { c.listen.window = 0; }},
        Wrong{"window is 480001 samples; at most 60 s", [](Card& c) { c.listen.window = 480001; }},
        Wrong{"hop is 0; it has to be at least 1 sample", [](Card& c) { c.listen.hop = 0; }},
        Wrong{"hop is 500000 samples; it has to be at most 60 s", [](Card& c) { c.listen.hop = 500000; }},
        Wrong{"before is 1200; it has to be less than window", [](Card& c) { c.listen.before = 1200; }},
        Wrong{"before is -1", [](Card& c) { c.listen.before = -1; }},
        Wrong{"frontEnd.hop is 0", [](Card& c) { c.listen.front_end.hop = 0; }},
        Wrong{"frontEnd.window is 1; it has to be at least 2", [](Card& c) { c.listen.front_end.window = 1; }},
        Wrong{"frontEnd.window is 400; it has to fit into window (300)", [](Card& c) { c.listen.window = 300; }},
        Wrong{"leaves 50 samples over; window 1200 would do", [](Card& c) { c.listen.window = 1250; }},
        Wrong{"hop is 500; it has to be a multiple of frontEnd.hop (200)", [](Card& c) { c.listen.hop = 500; }},
        Wrong{"frontEnd.fft is 401; an even number", [](Card& c) { c.listen.front_end.fft = 401; }},
        Wrong{"frontEnd.fft is 256; an even number from frontEnd.window (400)",
              [](Card& c) { c.listen.front_end.fft = 256; }},
        Wrong{"frontEnd.fft is 65538", [](Card& c) { c.listen.front_end.fft = 65538; }},
        Wrong{"frontEnd.mels is 513; 1..512", [](Card& c) { c.listen.front_end.mels = 513; }},
        Wrong{"frontEnd.mels is 0; 1..512", [](Card& c) { c.listen.front_end.mels = 0; }},
        Wrong{"frontEnd.coefficients is 17; 1..16 (as many as mels)",
              [](Card& c) { c.listen.front_end.coefficients = 17; }, mfcc_card},
        Wrong{"frontEnd.max is 5000 Hz", [](Card& c) { c.listen.front_end.max = 5000; }},
        Wrong{"frontEnd.max is 100 Hz; it has to lie above frontEnd.min (200)",
              [](Card& c) {
                c.listen.front_end.min = 200;
                c.listen.front_end.max = 100;
              }},
        Wrong{"frontEnd.power is 3; 1 or 2", [](Card& c) { c.listen.front_end.power = 3; }},
        Wrong{"frontEnd.floor is 0, and so is frontEnd.offset", [](Card& c) { c.listen.front_end.floor = 0; }},
        Wrong{"frontEnd.deviation is 0", [](Card& c) { c.listen.front_end.deviation = 0; }},
        Wrong{"shape has 'samples'; whole numbers above 0 are expected, and the words frames, mels",
              [](Card& c) {
                c.listen.shape = {"1", "samples"};
              }},
        Wrong{"shape has 'mels'; whole numbers above 0 are expected, and the words samples",
              [](Card& c) {
                c.listen.shape = {"1", "mels"};
              },
              waveform_card},
        Wrong{"shape does not hold one window, which is 5 frames of 16 numbers",
              [](Card& c) {
                c.listen.shape = {"2", "frames", "mels"};
              }},
        Wrong{"shape does not hold one window, which is 800 samples",
              [](Card& c) {
                c.listen.shape = {"999999999", "999999999", "999999999", "samples"};
              },
              waveform_card},
        Wrong{"shape has more than 8 sizes", [](Card& c) { c.listen.shape.assign(9, "1"); }},
        Wrong{"labels are missing", [](Card& c) { c.labels.clear(); }},
        Wrong{"top is 3; 1..2", [](Card& c) { c.listen.top = 3; }},
        Wrong{"threshold is 1.5; 0..1", [](Card& c) { c.listen.threshold = 1.5F; }}));

TEST(ClassifierCard, OneThatOnlyFindsHitsNeedsNoHopInStepWithItsFrames) {
  Card card = mel_card();
  card.listen.hop = 500;
  card.methods = {listening("hits", models::Answer::kHits)};
  EXPECT_EQ(outcome(models::check(card)), "fine");
}

TEST(ClassifierCard, LabelsAreNotNeededWhereNothingIsNamed) {
  Card card = mel_card();
  card.labels.clear();
  card.methods = {listening("embedding", models::Answer::kFrames), listening("pitch", models::Answer::kPitch)};
  EXPECT_EQ(outcome(models::check(card)), "fine");
}

}  // namespace
