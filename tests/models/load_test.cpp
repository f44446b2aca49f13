#include <gmock/gmock.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "cards.hpp"
#include "models/fake_engine.hpp"

namespace {

using testing::HasSubstr;
using testing::StartsWith;
using tests::fake_card;
using tests::outcome;
using tests::quick;

std::filesystem::path file_with(const std::string& name, const std::string& text) {
  const auto path = std::filesystem::path(testing::TempDir()) / (std::to_string(getpid()) + name);
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

TEST(Load, AFakeModelIsMeasuredAndDescribed) {
  const auto model = models::load(fake_card(), quick());
  ASSERT_TRUE(model) << outcome(model);
  const auto& method = (*model)->methods().front();
  EXPECT_EQ(method.in_channels, 2);
  EXPECT_EQ(method.out_channels, 2);
  EXPECT_EQ(method.block, 1);
  EXPECT_GT(method.timing.runs, 0U);
  EXPECT_GT(method.timing.p50.count(), 0);
  EXPECT_LE(method.timing.p50, method.timing.p95);
  EXPECT_LE(method.timing.p95, method.timing.p99);
  EXPECT_LE(method.timing.p99, method.timing.p999);
  EXPECT_EQ((*model)->engine().name(), "fake");
}

TEST(Load, NothingButCountingMakesAFakeStateful) {
  EXPECT_FALSE((*models::load(fake_card({{"does", "sum"}}), quick()))->stateful());
  EXPECT_TRUE((*models::load(fake_card({{"does", "count"}}), quick()))->stateful());
}

TEST(Load, ACardThatSaysStateIsBelieved) {
  auto card = fake_card();
  card.state = true;
  EXPECT_TRUE((*models::load(card, quick()))->stateful());
}

TEST(Load, AModelWithAttributesNeedsAnInstancePerSession) {
  auto card = fake_card();
  card.attributes = {tests::attribute("gain", "f")};
  EXPECT_TRUE((*models::load(card, quick()))->stateful());
}

TEST(Load, ProbingAndMeasuringLeaveNoTraceInTheFirstInstance) {
  const auto model = models::load(fake_card({{"does", "count"}}), quick());
  auto instance = (*model)->instance();
  std::vector<float> out;
  ASSERT_TRUE((*instance)->run(0, std::vector<float>{0, 0}, out));
  EXPECT_EQ(out.front(), 1);
}

TEST(Load, AnUnknownKindSaysWhichThereAre) {
  auto card = fake_card();
  card.kind = "parms";
  EXPECT_EQ(outcome(models::load(card)),
            "404 synth: no kind 'parms'; this build serves params, classifier, stream, melody");
}

TEST(Load, AnUnknownEngineSaysWhichThereAre) {
  auto card = fake_card();
  card.engine = "tensorflow";
  EXPECT_EQ(outcome(models::load(card)), "404 synth: no engine 'tensorflow'; this build knows torch, fake");
}

TEST(Load, ATorchModelWithoutItsLibraryIsAModelThatCannotLoadYet) {
  auto card = fake_card();
  card.engine = "torch";
  if (models::torch_version() == "none") {
    EXPECT_THAT(outcome(models::load(card)), StartsWith("503 synth: this build has no LibTorch"));
    return;
  }
  const auto folder = std::filesystem::path(testing::TempDir()) / ("no_engine" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  std::filesystem::remove(folder / "liboscine_torch.so");
  setenv("OSCINE_ENGINE_PATH", folder.c_str(), 1);
  EXPECT_THAT(outcome(models::load(card)), StartsWith("503 synth: liboscine_torch.so was not found in "));
  std::ofstream(folder / "liboscine_torch.so") << "no library";
  EXPECT_THAT(outcome(models::load(card)), StartsWith("503 synth: liboscine_torch.so could not be opened: "));
  unsetenv("OSCINE_ENGINE_PATH");
}

TEST(Load, AParamsCardWithoutInputsIsRefused) {
  auto card = fake_card();
  card.methods.front().inputs.clear();
  EXPECT_EQ(outcome(models::load(card)), "500 synth: its card names no inputs for forward");
  card = fake_card();
  card.methods.front().outputs.clear();
  EXPECT_EQ(outcome(models::load(card)), "500 synth: its card names no outputs for forward");
  card.methods.clear();
  EXPECT_EQ(outcome(models::load(card)),
            "500 synth: a card of kind params names the inputs and outputs of its methods");
}

TEST(Load, AnEmptyRangeIsRefused) {
  auto card = fake_card();
  card.methods.front().inputs[1].max = card.methods.front().inputs[1].min;
  EXPECT_EQ(outcome(models::load(card)), "500 synth: the range of y is empty");
}

TEST(Load, AMissingFileIsNamed) {
  auto card = fake_card();
  card.file = "nowhere/net.ts";
  EXPECT_EQ(outcome(models::load(card)), "404 synth: there is no file nowhere/net.ts");
  card.file = testing::TempDir();
  EXPECT_THAT(outcome(models::load(card)), StartsWith("404 synth: there is no file"));
}

TEST(Load, AFileThatIsNotTheCardsIsRefused) {
  auto card = fake_card();
  card.file = file_with("abc.ts", "abc");
  card.sha256 = std::string(64, '0');
  const auto refused = outcome(models::load(card));
  EXPECT_THAT(refused, HasSubstr("abc.ts is not the file of its card: its sha256 is ba7816bf"));
  EXPECT_THAT(refused, HasSubstr("the card says 000000"));
  card.sha256 = "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD";
  EXPECT_EQ(outcome(models::load(card, quick())), "fine");
}

TEST(Load, AMissingMethodNamesTheNearest) {
  EXPECT_EQ(outcome(models::load(fake_card({{"methods", "decode forwards"}}))),
            "500 synth: the file has no method 'forward'; did you mean 'forwards'?");
}

TEST(Load, WhatFailsWhileProbingIsTheReason) {
  EXPECT_EQ(outcome(models::load(fake_card({{"does", "throw"}}))),
            "500 synth: forward raised: the fake raised, as asked");
  EXPECT_EQ(outcome(models::load(fake_card({{"does", "nan"}}))), "500 synth: output filter is NaN");
  EXPECT_EQ(outcome(models::load(fake_card({{"does", "shape"}}))),
            "500 synth: forward gave [1, 3]; its card says 2 outputs");
  EXPECT_EQ(outcome(models::load(fake_card({{"load", "fail"}}))), "500 synth: loading failed, as asked");
  EXPECT_THAT(outcome(models::load(fake_card({{"does", "ehco"}}))), StartsWith("500 synth: does: 'ehco' is not known"));
}

TEST(Load, AnAttributeThatDoesNotFitItsCardIsRefused) {
  auto card = fake_card();
  card.attributes = {tests::attribute("gain", "f", {models::Value(std::string("loud"))})};
  EXPECT_EQ(outcome(models::load(card)), "400 synth: gain takes a number");
}

TEST(Load, WaitsAtAGateUntilItOpens) {
  models::FakeGate gate("load");
  std::atomic<bool> loaded = false;
  std::thread loader([&] {
    loaded = models::load(fake_card({{"load", "gate"}, {"gate", "load"}}), quick()).has_value();
  });
  EXPECT_TRUE(gate.await(1));
  EXPECT_FALSE(loaded);
  gate.open();
  loader.join();
  EXPECT_TRUE(loaded);
}

TEST(Load, MeasuresOnceAtLeastHoweverSmallTheBudget) {
  const auto slow = models::load(fake_card({{"does", "slow"}, {"ms", "3"}}), {3, std::chrono::milliseconds(1)});
  EXPECT_EQ((*slow)->methods().front().timing.runs, 1U);
  EXPECT_GE((*slow)->methods().front().timing.p50.count(), 3000);
}

TEST(Model, FindsItsMethodsByName) {
  auto card = fake_card();
  card.methods.push_back(tests::method("decode", {"z"}, {"a", "b", "c"}));
  const auto model = models::load(card, quick());
  EXPECT_EQ(*(*model)->method("default"), 0U);
  EXPECT_EQ(*(*model)->method(""), 0U);
  EXPECT_EQ(*(*model)->method("decode"), 1U);
  EXPECT_EQ(outcome((*model)->method("encode")), "404 synth: no method 'encode'; it has forward, decode");
}

TEST(Sha256, HashesAFileAndNamesOneThatCannotBeRead) {
  EXPECT_EQ(*models::sha256(file_with("empty", "")),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(*models::sha256(file_with("long", std::string(200000, 'a'))),
            "2287d207f24a941ff3b56c04c8a25ad56b63e3023207b3bb5b4ac0c9869d74be");
  EXPECT_EQ(outcome(models::sha256("nowhere/net.ts")), "404 cannot read nowhere/net.ts");
}

TEST(Sha256, IsThatOfTheFileAsItIsNow) {
  const auto file = file_with("written", "abc");
  const auto first = *models::sha256(file);
  EXPECT_EQ(*models::sha256(file), first);
  const auto time = std::filesystem::last_write_time(file);
  EXPECT_NE(*models::sha256(file_with("written", "abd")), first);
  std::filesystem::last_write_time(file, time);
  EXPECT_NE(*models::sha256(file), first) << "as long, and of the same time";
  std::filesystem::remove(file);
  EXPECT_EQ(outcome(models::sha256(file)), "404 cannot read " + file.string());
}

}  // namespace
