// Cards of kind classifier: every key arrives, and every wrong value is refused with its line.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/config/config.hpp"

namespace server {
namespace {

using models::Answer;
using models::FrontEndCard;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kFull = R"(card: 1
name: ear
kind: classifier
file: ear.ts
modelRate: 16000
window: 15600
hop: 7680
channels: each
shape: [1, frames, mels]
frontEnd:
  kind: log-mel
  window: 400
  hop: 160
  fft: 512
  mels: 64
  min: 125
  max: 7500
  power: 1
  scale: tf
  norm: slaney
  log: db
  floor: 1e-5
  offset: 0.001
  mean: -4
  deviation: 2.5
activation: sigmoid
top: 2
threshold: 0.25
before: 160
methods:
  - {name: labels, call: forward, answer: labels}
  - {name: embedding, call: embed, element: 1, answer: frames}
  - {name: hits, answer: hits}
  - {name: onsets, answer: onsets}
  - {name: pitch, answer: pitch}
labels: [speech, music]
)";

constexpr const char* kSmall =
    "card: 1\nname: a\nkind: classifier\nengine: fake\nmodelRate: 8000\nwindow: 800\nlabels: [quiet, loud]\n";
constexpr const char* kMel = "frontEnd: {kind: log-mel, window: 400, hop: 200, mels: 16}";

models::Card card(const std::string& text) {
  auto result = parse_card(text, "/models/a/card.yaml");
  EXPECT_TRUE(result) << result.error().message;
  return result ? *result : models::Card{};
}

std::string refusal(const std::string& text) {
  const auto result = parse_card(text, "a/card.yaml");
  if (result) return "accepted";
  EXPECT_EQ(result.error().code, base::ErrorCode::kMalformed);
  return result.error().message;
}

std::string with(const std::string& lines) { return kSmall + lines + "\n"; }
std::string without(const std::string& line) {
  std::string text = kSmall;
  return text.erase(text.find(line), line.size());
}

TEST(CardListen, EveryKeyArrives) {
  const auto full = card(kFull);
  const auto& listen = full.listen;
  EXPECT_EQ(listen.window, 15600);
  EXPECT_EQ(listen.hop, 7680);
  EXPECT_EQ(listen.before, 160);
  EXPECT_TRUE(listen.each_channel);
  EXPECT_THAT(listen.shape, ElementsAre("1", "frames", "mels"));
  EXPECT_EQ(listen.activation, models::ListenCard::Activation::kSigmoid);
  EXPECT_EQ(listen.top, 2);
  EXPECT_EQ(listen.threshold, 0.25F);
  const FrontEndCard wanted{FrontEndCard::Kind::kLogMel,
                            false,
                            400,
                            160,
                            512,
                            64,
                            0,
                            125,
                            7500,
                            1,
                            FrontEndCard::Scale::kTf,
                            FrontEndCard::Norm::kSlaney,
                            FrontEndCard::Log::kDb,
                            1e-5,
                            0.001,
                            -4,
                            2.5};
  EXPECT_EQ(listen.front_end, wanted);
}

TEST(CardListen, MethodsKeepCallElementAndAnswer) {
  const auto methods = card(kFull).methods;
  ASSERT_EQ(methods.size(), 5u);
  EXPECT_EQ(methods[0], (models::MethodCard{"labels", {}, {}, "forward", -1, Answer::kLabels}));
  EXPECT_EQ(methods[1], (models::MethodCard{"embedding", {}, {}, "embed", 1, Answer::kFrames}));
  EXPECT_EQ(methods[2].answer, Answer::kHits);
  EXPECT_EQ(methods[2].call, "");
  EXPECT_EQ(methods[3].answer, Answer::kOnsets);
  EXPECT_EQ(methods[4].answer, Answer::kPitch);
}

TEST(CardListen, WhatIsLeftOutHasItsDefault) {
  const auto small = card(kSmall);
  EXPECT_EQ(small.listen.hop, 800);
  EXPECT_EQ(small.listen.before, 0);
  EXPECT_FALSE(small.listen.each_channel);
  EXPECT_TRUE(small.listen.shape.empty());
  EXPECT_EQ(small.listen.front_end, FrontEndCard{});
  EXPECT_EQ(small.listen.top, 1);
  EXPECT_EQ(small.listen.threshold, 0);
  ASSERT_EQ(small.methods.size(), 2u);
  EXPECT_EQ(small.methods[0], (models::MethodCard{"labels", {}, {}, "forward", -1, Answer::kLabels}));
  EXPECT_EQ(small.methods[1], (models::MethodCard{"scores", {}, {}, "forward", -1, Answer::kFrames}));
}

TEST(CardListen, AFrontEndHasItsDefaultsToo) {
  const auto front = card(with(kMel)).listen.front_end;
  EXPECT_EQ(front.fft, 400);
  EXPECT_EQ(front.max, 4000);
  EXPECT_EQ(front.power, 2);
  EXPECT_EQ(front.scale, FrontEndCard::Scale::kHtk);
  EXPECT_EQ(front.log, FrontEndCard::Log::kNatural);
  EXPECT_EQ(front.floor, 1e-10);
  EXPECT_EQ(card(with("frontEnd: {kind: mfcc, window: 400, hop: 200, mels: 16, coefficients: 13}"))
                .listen.front_end.coefficients,
            13);
  EXPECT_TRUE(card(with("frontEnd: {normalise: frame}")).listen.front_end.normalise);
}

TEST(CardListen, WhatIsRequiredIsNamed) {
  EXPECT_THAT(refusal(without("modelRate: 8000\n")), HasSubstr("modelRate is missing; a number from 0 to 1000000"));
  EXPECT_THAT(refusal(without("window: 800\n")), HasSubstr("window is missing; a whole number from 1 to 11520000"));
  EXPECT_THAT(refusal(without("labels: [quiet, loud]\n")), HasSubstr("labels are missing"));
  EXPECT_THAT(refusal(with("frontEnd: {kind: mfcc, window: 400, hop: 200, mels: 16}")),
              HasSubstr("frontEnd.coefficients is missing"));
  EXPECT_THAT(refusal(with("frontEnd: {kind: log-mel, window: 400, mels: 16}")), HasSubstr("frontEnd.hop is missing"));
  EXPECT_THAT(refusal(with("methods: [{name: labels}]")),
              HasSubstr("methods[0].answer is missing; one of: labels frames pitch hits onsets is expected"));
}

struct Wrong {
  const char* lines;
  const char* says;
  int line = 8;
  friend std::ostream& operator<<(std::ostream& out, const Wrong& wrong) { return out << wrong.lines; }
};
class WrongListening : public testing::TestWithParam<Wrong> {};
TEST_P(WrongListening, IsRefusedWithLineKeyAndExpectation) {
  const std::string said = refusal(with(GetParam().lines));
  EXPECT_THAT(said, StartsWith("a/card.yaml:" + std::to_string(GetParam().line) + ": "));
  EXPECT_THAT(said, HasSubstr(GetParam().says));
}
INSTANTIATE_TEST_SUITE_P(
    Lines, WrongListening,
    testing::Values(
        Wrong{"inputs: 2", "inputs is for kind params; a classifier takes sound"},
        Wrong{"outputs: 2", "outputs is for kind params"},
        Wrong{"methods: [{name: a, answer: labels, outputs: 2}]", "methods[0].outputs is for kind params"},
        Wrong{"methods: [{name: a, answer: notes}]", "methods[0].answer is 'notes'; one of: labels frames"},
        Wrong{"methods: [{name: a, answer: labels, element: -2}]", "methods[0].element is '-2'"},
        Wrong{"methods: [{name: a, answer: labels, call: a-b}]", "methods[0].call is 'a-b'; a method's name"},
        Wrong{"methods: [{name: a, answer: labels}, {name: a, answer: labels}]", "a second method 'a'"},
        Wrong{"methods: 5", "methods is '5'; a list of methods is expected"},
        Wrong{"hop: 0", "hop is '0'; a whole number from 1 to 11520000 (samples)"},
        Wrong{"hop: 1.5", "hop is '1.5'; a whole number"},
        Wrong{"hop: 500000", "hop is 500000 samples; it has to be at most 60 s"},
        Wrong{"channels: both", "channels is 'both'; one of: mix each"},
        Wrong{"shape: 5", "shape is '5'; a list of whole numbers and words"},
        Wrong{"shape: [1, 0]", "shape[1] is '0'; a whole number above 0 or one of: samples frames mels"},
        Wrong{"shape: [1, notes]", "shape[1] is 'notes'"},
        Wrong{"shape: [2, samples]", "shape does not hold one window, which is 800 samples"},
        Wrong{"shape: [1, mels]", "shape has 'mels'; whole numbers above 0 are expected, and the words samples"},
        Wrong{"activation: relu", "activation is 'relu'; one of: none sigmoid softmax"},
        Wrong{"top: 0", "top is '0'; a whole number from 1"}, Wrong{"top: 3", "top is 3; 1..2 (as many as labels)"},
        Wrong{"threshold: 2", "threshold is '2'; a number from 0 to 1"},
        Wrong{"before: 800", "before is 800; it has to be less than window"},
        Wrong{"frontEnd: 5", "frontEnd is '5'; a map of keys is expected"},
        Wrong{"frontEnd: {kind: fbank}", "frontEnd.kind is 'fbank'; one of: waveform log-mel mfcc"},
        Wrong{"frontEnd: {windw: 5}", "unknown key 'windw' in frontEnd; did you mean 'window'?"},
        Wrong{"frontEnd: {mels: 5}", "frontEnd.mels has no meaning for kind waveform"},
        Wrong{"frontEnd: {normalise: all}", "frontEnd.normalise is 'all'; one of: none frame"},
        Wrong{"frontEnd: {kind: log-mel, normalise: frame, window: 4, hop: 2, mels: 2}", "frontEnd.normalise has no"},
        Wrong{"frontEnd: {kind: log-mel, coefficients: 4, window: 4, hop: 2, mels: 2}", "frontEnd.coefficients has no"},
        Wrong{"frontEnd: {kind: log-mel, window: 4, hop: 2, mels: 513}", "frontEnd.mels is '513'; a whole number from"},
        Wrong{"frontEnd: {kind: log-mel, window: 4, hop: 2, mels: 2, power: 3}", "frontEnd.power is '3'"},
        Wrong{"frontEnd: {kind: log-mel, window: 4, hop: 2, mels: 2, scale: bark}", "one of: tf htk slaney"},
        Wrong{"frontEnd: {kind: log-mel, window: 4, hop: 2, mels: 2, norm: area}", "one of: none slaney"},
        Wrong{"frontEnd: {kind: log-mel, window: 4, hop: 2, mels: 2, log: log2}", "one of: none natural log10 db"},
        Wrong{"frontEnd:\n  kind: log-mel\n  window: 401\n  hop: 200\n  mels: 16\n  fft: 512",
              "window holds no whole number of frames: (window - frontEnd.window) / frontEnd.hop leaves 199 samples",
              6},
        Wrong{"hop: 300\nfrontEnd: {kind: log-mel, window: 400, hop: 200, mels: 16}",
              "hop is 300; it has to be a multiple of frontEnd.hop (200)"},
        Wrong{"frontEnd:\n  kind: log-mel\n  window: 400\n  hop: 200\n  mels: 16\n  fft: 256",
              "frontEnd.fft is 256; an even number from frontEnd.window (400)", 13},
        Wrong{"frontEnd:\n  kind: log-mel\n  window: 400\n  hop: 200\n  mels: 16\n  max: 5000",
              "frontEnd.max is 5000 Hz; it has to lie above frontEnd.min (0) and at most at half of modelRate", 13},
        Wrong{"frontEnd:\n  kind: log-mel\n  window: 400\n  hop: 200\n  mels: 16\n  floor: 0",
              "frontEnd.floor is 0, and so is frontEnd.offset", 13},
        Wrong{"frontEnd:\n  kind: log-mel\n  window: 400\n  hop: 200\n  mels: 16\n  deviation: 0",
              "frontEnd.deviation is 0", 13}));

class NotForParams : public testing::TestWithParam<const char*> {};
TEST_P(NotForParams, IsRefusedInACardOfAnotherKind) {
  const std::string line = GetParam();
  const auto said = refusal("card: 1\nname: a\nkind: params\nengine: fake\ninputs: 1\noutputs: 1\n" + line + "\n");
  EXPECT_EQ(said, "a/card.yaml:7: " + line.substr(0, line.find(':')) +
                      " is for kind classifier; this card is of kind params");
}
INSTANTIATE_TEST_SUITE_P(Lines, NotForParams,
                         testing::Values("window: 5", "hop: 5", "channels: mix", "shape: [1]", "frontEnd: {}",
                                         "activation: none", "top: 1", "threshold: 0", "before: 0"));

TEST(CardListen, ACardInsideAConfigurationSaysWhereItStands) {
  const auto config = parse_config(
      "models:\n  ear:\n    kind: classifier\n    engine: fake\n    modelRate: 8000\n    window: 800\n"
      "    labels: [a]\n    top: 2\n",
      "my.yaml");
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().message, "my.yaml:8: models.ear.top is 2; 1..1 (as many as labels) are expected");
}

}  // namespace
}  // namespace server
