#include <gmock/gmock.h>
#include <unistd.h>

#include <cstdlib>

#include "fixtures.hpp"

namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;
using tests::fixture;
using tests::loaded;
using tests::outcome;
using tests::torch_card;

class TorchLoad : public tests::TorchTest {};

std::string refusal(const models::Card& card) { return outcome(models::load(card, tests::quick())); }

TEST_F(TorchLoad, OpensItsLibraryOnceAndSaysItsVersion) {
  const auto engine = models::open_engine("torch");
  ASSERT_TRUE(engine) << outcome(engine);
  EXPECT_EQ((*engine)->name(), "torch");
  EXPECT_EQ((*engine)->version(), "LibTorch " + std::string(models::torch_version()));
  EXPECT_EQ(*models::open_engine("torch"), *engine);
}

TEST_F(TorchLoad, AModelWithoutStateIsSharedAndOneWithStateIsNot) {
  EXPECT_FALSE(loaded(tests::mlp_card())->stateful());
  EXPECT_FALSE(loaded(torch_card("identity"))->stateful());
  EXPECT_FALSE(loaded(torch_card("real_gru"))->stateful());
  EXPECT_FALSE(loaded(torch_card("in_place"))->stateful());
  EXPECT_TRUE(loaded(torch_card("gru"))->stateful());
  EXPECT_TRUE(loaded(torch_card("counter"))->stateful());
  EXPECT_TRUE(loaded(torch_card("delay"))->stateful());
  EXPECT_TRUE(loaded(torch_card("writes_weights"))->stateful());
}

TEST_F(TorchLoad, StateThatOnlySomeInputsTouchIsFound) { EXPECT_TRUE(loaded(torch_card("sometimes"))->stateful()); }

TEST_F(TorchLoad, AModelThatThrowsDiceIsNotShared) { EXPECT_TRUE(loaded(torch_card("random"))->stateful()); }

TEST_F(TorchLoad, AFileThatIsNoTorchScriptIsOneSentence) {
  EXPECT_EQ(refusal(torch_card("text")), "500 text: text.ts is no TorchScript file, or was cut short");
  EXPECT_EQ(refusal(torch_card("cut")), "500 cut: cut.ts is no TorchScript file, or was cut short");
  EXPECT_EQ(refusal(torch_card("empty")), "500 empty: empty.ts is no TorchScript file, or was cut short");
  EXPECT_EQ(refusal(torch_card("weights")),
            "500 weights: weights.ts holds no TorchScript program: write it with torch.jit.save (torch.save keeps "
            "weights only)");
}

TEST_F(TorchLoad, ADamagedFileIsRefusedInOneLine) {
  for (const std::string name : {"damaged", "unknown_op", "bad_pickle"}) {
    EXPECT_THAT(refusal(torch_card(name)),
                AllOf(StartsWith("500 " + name + ": " + name + ".ts could not be loaded: "), Not(HasSubstr("\n"))));
  }
  EXPECT_THAT(refusal(torch_card("unknown_op")), HasSubstr("nowhere::mul"));
}

TEST_F(TorchLoad, AFileCutAtAnyLengthIsRefused) {
  std::ifstream whole(fixture("plain.ts"), std::ios::binary);
  const std::string content((std::istreambuf_iterator<char>(whole)), std::istreambuf_iterator<char>());
  auto card = torch_card("plain");
  card.file = std::filesystem::path(testing::TempDir()) / (std::to_string(getpid()) + "cut.ts");
  for (std::size_t length = 0; length < content.size(); length += 97) {
    std::ofstream(card.file, std::ios::binary | std::ios::trunc) << content.substr(0, length);
    EXPECT_EQ(refusal(card),
              "500 plain: " + card.file.filename().string() + " is no TorchScript file, or was cut short")
        << length;
  }
}

TEST_F(TorchLoad, ACardWithoutAFileIsRefused) {
  auto card = tests::mlp_card();
  card.file.clear();
  EXPECT_EQ(refusal(card), "500 mlp: its card names no file");
}

TEST_F(TorchLoad, AMethodThatIsNotThereIsNamedWithThoseThatAre) {
  auto card = torch_card("methods");
  card.methods.front().name = "encoder";
  EXPECT_THAT(refusal(card), AllOf(StartsWith("500 methods: methods.ts: there is no method 'encoder' in it; it has "),
                                   HasSubstr("encode")));
}

TEST_F(TorchLoad, AMethodThatOneTensorCannotCallIsRefused) {
  EXPECT_EQ(refusal(torch_card("two_inputs")),
            "500 two_inputs: two_inputs.ts: forward wants 2 inputs; it gets one tensor: give 'hidden' a default");
  auto card = torch_card("settings");
  card.methods.front().name = "set_gain";
  EXPECT_EQ(refusal(card), "500 settings: settings.ts: set_gain takes no tensor");
}

TEST_F(TorchLoad, AWrongShapeIsSaidInNumbers) {
  EXPECT_EQ(refusal(torch_card("wide")), "500 wide: forward gave [1, 3]; its card says 2 outputs");
  EXPECT_EQ(refusal(torch_card("pair")),
            "500 pair: forward gave a tuple of 2; it has to give one tensor (element in its card picks one)");
}

TEST_F(TorchLoad, ACardWithTheWrongWidthGetsTheScriptsReason) {
  EXPECT_THAT(refusal(torch_card("real_gru")), "fine");
  auto card = tests::mlp_card();
  card.methods = {tests::method("forward", {"x"}, {"pitch", "filter"})};
  EXPECT_THAT(refusal(card), AllOf(StartsWith("500 mlp: forward raised: mat1 and mat2"), Not(HasSubstr("\n"))));
}

TEST_F(TorchLoad, FactsSayWhatTheFileHolds) {
  auto engine = models::open_engine("torch");
  auto program = (*engine)->load(torch_card("gru"));
  ASSERT_TRUE(program) << outcome(program);
  const auto facts = (*program)->facts();
  EXPECT_THAT(facts, testing::Contains(std::pair<std::string, std::string>("parameters", "306")));
  EXPECT_THAT(facts, testing::Contains(std::pair<std::string, std::string>("bytes", "1224")));
  EXPECT_THAT(facts, testing::Contains(std::pair<std::string, std::string>("buffers", "hidden[1x8]")));
  EXPECT_THAT(facts, testing::Contains(std::pair<std::string, std::string>("methods", "forward")));
}

TEST_F(TorchLoad, ARealVoiceDetectorIsReadWithItsFacts) {
  const char* named = std::getenv("OSCINE_ASSETS");
  const std::filesystem::path assets = named != nullptr ? named : OSCINE_SOURCE_DIR "/../shared/assets";
  const auto file = assets / "silero_vad" / "silero_vad.jit";
  if (!std::filesystem::exists(file)) GTEST_SKIP() << "no silero_vad in the assets (OSCINE_ASSETS)";
  models::Card card = torch_card("silero");
  card.file = file;
  card.methods.clear();
  auto engine = models::open_engine("torch");
  auto program = (*engine)->load(card);
  ASSERT_TRUE(program) << outcome(program);
  EXPECT_THAT((*program)->methods(), testing::Contains("forward"));
}

}  // namespace
