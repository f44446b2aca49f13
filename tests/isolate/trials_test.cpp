// Models that are not known load where they do no harm first.
#include <gmock/gmock.h>

#include "isolate/isolated.hpp"
#include "server/supervisor/process_trials.hpp"
#include "support/fakes.hpp"

namespace server {
namespace {

using tests::outcome;

ModelConfig config_of(models::Card card, bool trusted = false) { return {std::move(card), {}, trusted}; }

class Trial : public testing::Test {
 protected:
  std::string admit(const ModelConfig& config) { return outcome(trials_.admit(config, tests::apart(told_))); }

  tests::Told told_;
  support::RecordingLog log_;
  ProcessTrials trials_{log_, {}};
};

TEST_F(Trial, WhateverTheLoadDoesThereIsASentenceHere) {
  EXPECT_EQ(admit(config_of(tests::fake_card({{"load", "crash"}}))),
            "500 synth: its process crashed (Segmentation fault) while it was tried out; nothing of it is served");
  EXPECT_EQ(admit(config_of(tests::fake_card({{"does", "abort"}}))),
            "500 synth: its process crashed (Aborted) while it was tried out; nothing of it is served");
  EXPECT_EQ(admit(config_of(tests::fake_card({{"does", "throw"}}))),
            "500 synth: forward raised: the fake raised, as asked");
  auto options = tests::apart(told_);
  options.longest = std::chrono::milliseconds(100);
  EXPECT_EQ(outcome(trials_.admit(config_of(tests::fake_card({{"load", "hang"}})), options)),
            "500 synth: its process did not come back and was ended while it was tried out; nothing of it is served");
  EXPECT_EQ(admit(config_of(tests::fake_card())), "fine");
}

TEST_F(Trial, WhatWasLoadedWellIsKnownFromThenOn) {
  const auto config = config_of(tests::fake_card());
  EXPECT_EQ(admit(config), "fine");
  const auto key = trials_.loaded(config);
  EXPECT_EQ(key.size(), 64U);
  int started = 0;
  auto options = tests::apart(told_);
  options.start_worker = [&](std::span<const int>) {
    ++started;
    return base::Result<std::unique_ptr<models::WorkerProcess>>(base::Error{base::ErrorCode::kBusy, "none"});
  };
  trials_.rest();
  EXPECT_EQ(outcome(trials_.admit(config, options)), "fine");
  EXPECT_EQ(trials_.loaded(config), "");
  ProcessTrials next(log_, {key});  // of the next process
  EXPECT_EQ(outcome(next.admit(config, options)), "fine");
  EXPECT_EQ(started, 0);
  EXPECT_EQ(outcome(next.admit(config_of(tests::fake_card({{"does", "mean"}})), options)), "429 none");
  EXPECT_EQ(started, 1);
}

TEST_F(Trial, WhatIsTrustedOrIsolatedIsNotTried) {
  auto options = tests::apart(told_);
  options.start_worker = {};
  EXPECT_EQ(outcome(trials_.admit(config_of(tests::fake_card({{"load", "crash"}}), true), options)), "fine");
  EXPECT_EQ(outcome(trials_.admit(config_of(tests::isolated_card({{"load", "crash"}})), options)), "fine");
}

}  // namespace
}  // namespace server
