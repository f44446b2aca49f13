// A model in a process of its own answers as one in this process does, and may die as it likes.
#include <gmock/gmock.h>

#include <csignal>
#include <thread>

#include "isolate/isolated.hpp"

namespace models {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using tests::apart;
using tests::isolated_card;
using tests::outcome;
using Fell = Fall::Kind;

class Isolate : public testing::Test {
 protected:
  std::unique_ptr<Instance> start(const Card& card) {
    auto loaded = models::load(card, apart(told_));
    EXPECT_EQ(outcome(loaded), "fine");
    model_ = *loaded;
    return instance();
  }
  std::unique_ptr<Instance> instance() const {
    auto made = model_->instance();
    return made ? std::move(*made) : nullptr;
  }
  std::string ask(Instance& instance, std::vector<float> in) { return outcome(instance.run(0, in, out_)); }

  tests::Told told_;
  std::shared_ptr<const Model> model_;
  std::vector<float> out_;
};

TEST_F(Isolate, AnswersAsInThisProcess) {
  const auto started = start(isolated_card({{"does", "sum"}}));
  EXPECT_EQ(ask(*started, {0.5F, 0.25F, 1, 0}), "fine");
  EXPECT_THAT(out_, ElementsAre(0.75F, 0.75F, 1, 1));
  EXPECT_NE(model_->process(), 0);
  EXPECT_NE(model_->process(), getpid());
  EXPECT_FALSE(model_->fall());
  EXPECT_FALSE(model_->stateful());
  EXPECT_THAT(model_->facts(), testing::Contains(testing::Pair("process", "its own")));
}

TEST_F(Isolate, EachInstanceHasItsOwnStateAndAttributes) {
  auto card = isolated_card({{"does", "count"}});
  card.attributes = {tests::attribute("gain", "f", {2.0F})};
  const auto first = start(card);
  const auto second = instance();
  EXPECT_TRUE(model_->stateful());
  for (const float count : {1.0F, 2.0F}) {
    EXPECT_EQ(ask(*first, {0, 0}), "fine");
    EXPECT_EQ(out_.front(), count);
  }
  EXPECT_EQ(ask(*second, {0, 0}), "fine");
  EXPECT_EQ(out_.front(), 1);
  const std::vector<Value> half{0.5F};
  EXPECT_EQ(outcome(first->set("gain", half)), "fine");
  EXPECT_EQ(*first->get("gain"), half);
  EXPECT_EQ(*second->get("gain"), std::vector<Value>{2.0F});
  EXPECT_EQ(outcome(first->get("gian")), "404 synth: no attribute 'gian'; did you mean 'gain'?");
  EXPECT_EQ(outcome(first->reset()), "fine");
  EXPECT_EQ(ask(*first, {0, 0}), "fine");
  EXPECT_EQ(out_.front(), 1);
}

TEST_F(Isolate, HearsSoundInWindows) {
  auto card = tests::listening_card();
  card.isolate = true;
  const auto started = start(card);
  const auto stream = std::move(*model_->stream(0, {8000, 1}));
  StreamOutput out;
  EXPECT_EQ(outcome(stream->push(*started, std::vector<float>(1600, 1.0F), out)), "fine");
  ASSERT_FALSE(out.events.empty());
  EXPECT_EQ(out.events.front().name, "loud");
}

TEST_F(Isolate, WhatTheScriptDoesWrongIsToldAndCostsNothing) {
  auto started = start(isolated_card({{"does", "throw"}, {"when", "0.25"}}));
  EXPECT_EQ(ask(*started, {0.25F, 0}), "500 synth: forward raised: the fake raised, as asked");
  EXPECT_EQ(ask(*started, {0.5F, 0}), "fine");
  started = start(isolated_card({{"does", "nan"}, {"when", "0.25"}}));
  EXPECT_EQ(ask(*started, {0.25F, 0}), "500 synth: output filter is NaN");
  EXPECT_EQ(ask(*started, {0.5F, 0}), "fine");
  EXPECT_FALSE(model_->fall());
}

TEST_F(Isolate, LongInputGoesAnotherWay) {
  const auto started = start(isolated_card({{"does", "echo"}}));
  std::vector<float> in(std::size_t{3} << 20);  // 12 MiB
  for (std::size_t i = 0; i < in.size(); ++i) in[i] = static_cast<float>(i % 1000) / 1000;
  EXPECT_EQ(ask(*started, in), "fine");
  EXPECT_EQ(out_, in);
  EXPECT_EQ(ask(*started, {0.5F, 0.25F}), "fine");
  EXPECT_THAT(out_, ElementsAre(0.5F, 0.25F));
}

TEST_F(Isolate, SeveralAreAskedSideBySide) {
  auto options = apart(told_);
  options.side_by_side = 4;
  model_ = *models::load(isolated_card({{"does", "sum"}}), options);
  std::vector<std::thread> threads;
  std::atomic<int> right = 0;
  for (int n = 0; n < 6; ++n) {
    threads.emplace_back([this, n, &right] {
      const auto mine = instance();
      std::vector<float> out;
      for (int i = 0; i < 200; ++i) {
        const float x = static_cast<float>(n) / 10, y = static_cast<float>(i) / 1000;
        right += mine->run(0, std::vector<float>{x, y}, out) && out.front() == x + y ? 1 : 0;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(right, 1200);
}

class IsolateFault : public Isolate, public testing::WithParamInterface<std::pair<const char*, const char*>> {};

TEST_P(IsolateFault, EndsTheProcessAndIsTold) {
  const auto [does, why] = GetParam();
  const auto started = start(isolated_card({{"does", does}, {"when", "0.25"}}));
  EXPECT_EQ(ask(*started, {0.25F, 0}),
            "500 synth: its process " + std::string(why) + "; what was open of it is gone, open again");
  ASSERT_TRUE(told_.await(1));
  const auto fall = model_->fall();
  ASSERT_TRUE(fall);
  EXPECT_EQ(fall->kind, std::string(does) == "hang" ? Fell::kHang : Fell::kCrash);
  EXPECT_EQ(fall->text, "its process " + std::string(why));
  EXPECT_EQ(ask(*started, {0.5F, 0}), "410 synth: " + fall->text + "; open again");
  EXPECT_EQ(outcome(model_->instance()), "410 synth: " + fall->text + "; open again");
}

INSTANTIATE_TEST_SUITE_P(All, IsolateFault,
                         testing::Values(std::pair("crash", "crashed (Segmentation fault)"),
                                         std::pair("abort", "crashed (Aborted)"),
                                         std::pair("hang", "did not come back and was ended")),
                         [](const auto& test) { return std::string(test.param.first); });

TEST_F(Isolate, AKillFromOutsideIsNobodysFault) {
  const auto started = start(isolated_card({{"does", "sum"}}));
  ::kill(model_->process(), SIGKILL);
  ASSERT_TRUE(told_.await(1));
  EXPECT_EQ(model_->fall()->kind, Fell::kOutside);
  EXPECT_EQ(ask(*started, {0.5F, 0}), "410 synth: its process was killed from outside (Killed); open again");
}

TEST_F(Isolate, ATerminalsSignalsAreNotForIt) {
  const auto started = start(isolated_card({{"does", "sum"}}));
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) ::kill(model_->process(), signal);
  EXPECT_EQ(ask(*started, {0.5F, 0}), "fine");
}

TEST_F(Isolate, ALoadThatCrashesOrNeverEndsIsStopped) {
  EXPECT_EQ(outcome(load(isolated_card({{"load", "fail"}}), apart(told_))), "500 synth: loading failed, as asked");
  EXPECT_EQ(outcome(load(isolated_card({{"load", "crash"}}), apart(told_))),
            "500 synth: its process crashed (Segmentation fault) while it loaded");
  EXPECT_EQ(outcome(load(isolated_card({{"does", "abort"}}), apart(told_))),
            "500 synth: its process crashed (Aborted) while it loaded");
  auto options = apart(told_);
  options.longest = std::chrono::milliseconds(100);
  EXPECT_EQ(outcome(load(isolated_card({{"load", "hang"}}), options)),
            "500 synth: its process did not come back and was ended while it loaded");
}

TEST_F(Isolate, WhereNothingStartsProcessesItRunsInThisOne) {
  model_ = *load(isolated_card({{"does", "sum"}}), tests::quick());
  EXPECT_EQ(model_->process(), 0);
  EXPECT_FALSE(model_->fall());
  EXPECT_EQ(ask(*instance(), {0.5F, 0.25F}), "fine");
}

TEST_F(Isolate, AProcessThatCannotBeStartedIsASentence) {
  auto options = apart(told_);
  options.start_worker = [](std::span<const int>) {
    return base::Result<std::unique_ptr<WorkerProcess>>(base::Error{base::ErrorCode::kBusy, "no more processes"});
  };
  EXPECT_EQ(outcome(load(isolated_card({{"does", "sum"}}), options)), "429 synth: no more processes");
}

}  // namespace
}  // namespace models
