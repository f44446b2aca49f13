// A daemon whose models fall: what their clients hear, what goes on, and that a replay says the same.
#include <gmock/gmock.h>

#include <csignal>

#include "isolate/isolated.hpp"
#include "support/recorded_world.hpp"

namespace server {
namespace {

using support::RecordedWorld;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kModels = R"(models:
  sum: {kind: params, engine: fake, inputs: 2, outputs: 2, options: {does: sum}}
  frail: {kind: params, engine: fake, isolate: true, state: session, inputs: 2, outputs: 2, options: {does: crash, when: 0.25}}
)";

Config config() { return *parse_config(std::string(kModels), "test.yaml"); }

class Falling : public testing::Test {
 protected:
  void ask(int id, const char* model, float x) { world_.send(me_, "/oscine/v1/ask", id, model, x, 0.5F); }
  /// What was sent since the last call.
  std::vector<std::string> heard() {
    std::vector<std::string> out;
    for (; seen_ < world_.link.sent.size(); ++seen_) out.push_back(support::text_of(world_.link.sent[seen_].packet));
    return out;
  }
  /// The process falls, and [net] hears of it, as the program does it.
  void fall_by_itself(int id) {
    ask(id, "frail", 0.25F);
    fallen();
  }
  void fallen() {
    ASSERT_TRUE(told_.await(++falls_));
    world_.daemon->look_for_falls();
    world_.settle();
  }
  int process() { return world_.daemon->catalog().items().find("frail")->second.served->model->process(); }

  tests::Told told_;
  RecordedWorld world_{config(), tests::apart(told_)};
  const Peer me_ = support::local(5000);
  int falls_ = 0;

 private:
  std::size_t seen_ = 0;
};

TEST_F(Falling, CostsItsOwnSessionsAndNothingElse) {
  const auto frail = world_.open(me_, "frail"), sum = world_.open(me_, "sum");
  heard();
  fall_by_itself(1);
  EXPECT_THAT(
      heard(),
      ElementsAre("/fail 1 '/oscine/v1/ask' 500 'frail: its process crashed (Segmentation fault); what was open "
                  "of it is gone, open again'",
                  "/fail 0 '/oscine/v1/open' 410 'session " + std::to_string(frail) +
                      " is gone: frail: its process crashed (Segmentation fault); open again'"));
  world_.advance(std::chrono::milliseconds(1));
  world_.send(me_, "/oscine/v1/run", 2, frail, 0, 0, 0.5F, 0.5F);
  world_.send(me_, "/oscine/v1/run", 3, sum, 0, 0, 0.5F, 0.25F);
  ask(4, "frail", 0.5F);
  const auto after = heard();
  ASSERT_EQ(after.size(), 3U);
  EXPECT_THAT(after[0], HasSubstr("410 'there is no session"));
  EXPECT_THAT(after[1], HasSubstr("0.75 0.75"));
  EXPECT_THAT(after[2], HasSubstr("/result 4"));
}

TEST_F(Falling, WhoAsksMeanwhileWaitsForTheNextProcess) {
  world_.background.held = true;
  ask(1, "frail", 0.25F);
  ASSERT_TRUE(told_.await(1));
  world_.daemon->look_for_falls();
  heard();
  ask(2, "frail", 0.5F);
  EXPECT_THAT(heard(), ElementsAre());
  world_.background.held = false;
  world_.advance(std::chrono::milliseconds(1));
  world_.settle();
  EXPECT_THAT(heard(), ElementsAre("/result 2 0 0 0 1. 1."));
}

TEST_F(Falling, TheThirdFaultPutsItAsideUntilItIsAskedForByName) {
  for (int n = 1; n <= 3; ++n) {
    fall_by_itself(n);
    world_.advance(std::chrono::seconds(1));
  }
  EXPECT_THAT(world_.keeper.aside, ElementsAre("frail"));
  heard();
  ask(10, "frail", 0.5F);
  EXPECT_THAT(heard(),
              ElementsAre("/fail 10 '/oscine/v1/ask' 503 'frail crashed or hung its process 3 times and is put "
                          "aside; mend it and send /oscine/v1/reload'"));
  world_.send(me_, "/oscine/v1/reload", 11, "frail");
  ask(12, "frail", 0.5F);
  EXPECT_THAT(heard(), ElementsAre("/done 11 '/oscine/v1/reload'", "/result 12 0 0 0 1. 1."));
}

TEST_F(Falling, AKillFromOutsideIsNobodysFaultHoweverOften) {
  for (int n = 1; n <= 5; ++n) {
    ::kill(process(), SIGKILL);
    fallen();
    world_.advance(std::chrono::milliseconds(1));
    heard();
    ask(n, "frail", 0.5F);
    EXPECT_THAT(heard(), ElementsAre("/result " + std::to_string(n) + " 0 0 0 1. 1."));
  }
  EXPECT_THAT(world_.keeper.aside, ElementsAre());
}

// In a replay nothing is isolated: what became of calls and processes is in the recording.
TEST_F(Falling, AReplaySaysTheSame) {
  world_.open(me_, "frail");
  fall_by_itself(1);
  world_.advance(std::chrono::milliseconds(1));
  ask(2, "frail", 0.5F);
  world_.open(me_, "frail");
  ::kill(process(), SIGKILL);
  fallen();
  world_.advance(std::chrono::milliseconds(1));
  ask(3, "frail", 0.5F);
  fall_by_itself(4);
  world_.advance(std::chrono::seconds(1));
  ask(5, "frail", 0.5F);
  std::istringstream recording(world_.end());
  support::RecordingLog log;
  const auto replayed = replay(recording, std::nullopt, log);
  ASSERT_TRUE(replayed);
  EXPECT_GT(replayed->compared.answers, 8U);
  EXPECT_EQ(replayed->compared.identical, replayed->compared.answers);
  EXPECT_TRUE(replayed->compared.same());
}

}  // namespace
}  // namespace server
