// What was recorded is answered in the same way again: whoever asked, whatever came, however the workers took turns.
#include "server/record/replay.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "support/recorded_world.hpp"

namespace server {
namespace {

using support::local;
using support::RecordedWorld;
using support::replayed;
using support::tcp;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

/// All the same, and so many answers at least.
void expect_same(const std::string& recording, const Config& config, std::uint64_t answers) {
  const auto found = replayed(recording, config);
  ASSERT_TRUE(found) << found.error().message;
  const auto& compared = found->compared;
  EXPECT_GE(compared.answers, answers);
  EXPECT_EQ(compared.identical, compared.answers);
  EXPECT_TRUE(compared.same()) << (compared.first.empty() ? ""
                                                          : support::text_of(compared.first.front().then
                                                                                 ? compared.first.front().then->packet
                                                                                 : compared.first.front().now->packet));
  EXPECT_THAT(found->notes, ElementsAre());
}

std::vector<std::string> packets_in(const std::string& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".osc") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<std::string> packets;
  for (const auto& file : files) {
    std::ifstream in(file, std::ios::binary);
    packets.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  return packets;
}

Config rich_config() {
  auto config = support::hearing_config();
  config.aliases = {support::alias_of("/synth/update", "sum")};
  config.models.front().trusted = true;
  config.limits.inline_budget = 1s;
  return config;
}

TEST(Replay, EveryMessageOfThePageAndEveryHostilePacketAreAnsweredInTheSameWay) {
  RecordedWorld world(rich_config());
  const std::string golden = OSCINE_SOURCE_DIR "/tests/golden";
  for (const auto& folder : {golden, golden + "/bad"}) {
    const auto packets = packets_in(folder);
    ASSERT_FALSE(packets.empty()) << folder;
    for (const auto& packet : packets) {
      world.packet(local(5000), packet);
      world.packet(tcp(1), packet);
      world.advance(7ms);
    }
  }
  world.daemon->disconnected(tcp(1));
  expect_same(world.end(), world.config(), 40);
}

TEST(Replay, BootClientsKeysAndSessionsAreTheSame) {
  RecordedWorld world(rich_config());
  world.send(local(5000), "/oscine/v1/hello", 1, 7771, "max");
  world.open(local(5000), "counter");
  world.open(local(5001), "loudness", 8000);
  expect_same(world.end(), world.config(), 3);
}

// A worker that was slow then is slow again: its answer comes after the later one, and after the close.
TEST(Replay, WorkIsFinishedInTheOrderInWhichItWasFinished) {
  RecordedWorld world(rich_config());
  const auto first = world.open(local(5000), "counter"), second = world.open(local(5001), "counter");
  world.workers.held = true;
  world.send(local(5000), "/oscine/v1/run", 1, first, 0, 0, 0.5, 0.5);
  world.send(local(5001), "/oscine/v1/run", 2, second, 0, 0, 0.5, 0.5);
  const auto slow = world.workers.run_one();
  const auto quick = world.workers.run_one();
  quick();
  world.send(local(5000), "/oscine/v1/close", 3, first);
  slow();
  const auto recording = world.end();
  expect_same(recording, world.config(), 5);
}

TEST(Replay, SoundThatWasCutByACloseIsCutThereAgain) {
  RecordedWorld world(rich_config());
  const auto session = world.open(local(5000), "loudness", 8000);
  const std::vector<float> sound(1600, 0.5F);
  world.packet(local(5000), support::osc_with("/oscine/v1/frames", sound, session, 1, 0, 0, 1));
  world.packet(local(5000), support::osc_with("/oscine/v1/frames", sound, session, 3, 0, 3200, 1));
  world.workers.held = true;
  world.packet(local(5000), support::osc_with("/oscine/v1/frames", sound, session, 4, 0, 4800, 1));
  const auto finish = world.workers.run_one();
  world.send(local(5000), "/oscine/v1/close", 9, session);
  if (finish) finish();
  const auto heard = world.link.sent.size();
  expect_same(world.end(), world.config(), heard);
}

TEST(Replay, WhatWasRefusedAndWhatCameTooLateIsSoAgain) {
  auto config = rich_config();
  config.limits.queue = 1;
  RecordedWorld world(config);
  const auto session = world.open(local(5000), "counter");
  world.send(local(5000), "/oscine/v1/expire", 1, session, 5);
  world.workers.held = true;
  world.send(local(5000), "/oscine/v1/run", 2, session, 0, 0, 0.5, 0.5);
  world.send(local(5000), "/oscine/v1/run", 3, session, 0, 0, 0.5, 0.5);
  EXPECT_THAT(support::text_of(world.link.sent.back().packet), HasSubstr("/fail 3 '/oscine/v1/run' 429 "));
  world.advance(6ms);
  world.workers.held = false;
  world.settle();
  EXPECT_THAT(support::text_of(world.link.sent.back().packet), HasSubstr("/fail 2 '/oscine/v1/run' 408 "));
  world.send(local(5000), "/oscine/v1/run", 4, session, 0, 0, 0.5, 0.5);
  expect_same(world.end(), config, 5);
}

TEST(Replay, LeasesRepeatsPushesAndTheClockAreAsTheyWere) {
  RecordedWorld world(rich_config());
  world.send(local(5000), "/oscine/v1/hello", 1, 7771, "max");
  for (const char* topic : {"log", "model.state", "event"})
    world.send(local(5000), "/oscine/v1/subscribe", 2, topic, 1);
  const auto session = world.open(local(5000), "counter");
  world.send(local(5000), "/oscine/v1/run", 5, session, 0, 0, 0.5, 0.5);
  world.advance(3s);
  world.send(local(5000), "/oscine/v1/run", 5, session, 0, 0, 0.5, 0.5);  // the kept answer
  world.advance(6s);
  world.send(local(5000), "/oscine/v1/run", 5, session, 0, 0, 0.5, 0.5);  // forgotten: it runs again
  world.send(local(5000), "/oscine/v1/reload", 6, "sum");
  world.daemon->tell_log(Level::kInfo, "a line");
  world.send(local(5000), "/oscine/v1/ping", 7, 0, 0);
  world.advance(40s);
  world.send(local(5000), "/oscine/v1/run", 8, session, 0, 0, 0.5, 0.5);
  EXPECT_THAT(support::text_of(world.link.sent.back().packet), HasSubstr("/fail 8 '/oscine/v1/run' 410 "));
  expect_same(world.end(), world.config(), 10);
}

TEST(Replay, AThousandPacketsByChanceAreAnsweredInTheSameWay) {
  for (const unsigned seed : {1U, 2U, 3U}) {
    RecordedWorld world(rich_config());
    std::mt19937 chance(seed);
    const auto packets = packets_in(OSCINE_SOURCE_DIR "/tests/golden");
    const auto upto = [&chance](std::size_t n) { return chance() % n; };
    std::vector<std::function<void()>> at_work;
    std::vector<std::int32_t> sessions;
    for (const char* model : {"counter", "amp", "sum"}) sessions.push_back(world.open(local(5000), model));
    world.workers.held = true;
    for (int n = 0; n < 1000; ++n) {
      const auto peer = upto(3) == 0 ? tcp(1 + upto(2)) : local(static_cast<std::uint16_t>(5000 + upto(3)));
      if (upto(2) == 0) world.packet(peer, packets[upto(packets.size())]);
      if (upto(2) == 0) world.send(peer, "/oscine/v1/run", n, sessions[upto(3)], 0, n, 0.5, 0.25);
      if (upto(3) == 0 && at_work.empty()) {
        if (auto job = world.workers.run_one()) at_work.push_back(std::move(job));
      }
      if (upto(2) == 0 && !at_work.empty()) {
        at_work.back()();
        at_work.pop_back();
      }
      if (upto(4) == 0) world.advance(std::chrono::milliseconds(upto(50)));
      if (upto(50) == 0) world.daemon->disconnected(tcp(1 + upto(2)));
    }
    for (const auto& finish : at_work) finish();
    SCOPED_TRACE(seed);
    expect_same(world.end(), world.config(), 500);
  }
}

TEST(Replay, AnotherAnswerIsShownWithBothSides) {
  RecordedWorld world(rich_config());
  world.send(local(5000), "/oscine/v1/ask", 7, "counter", 0.5, 0.25);
  world.send(local(5000), "/oscine/v1/ask", 8, "sum", 0.5, 0.25);
  auto config = world.config();
  for (auto& model : config.models) {
    if (model.card.name == "counter") model.card.options = {{"does", "sum"}};
  }
  const auto found = replayed(world.end(), config);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->compared.different, 1U);
  EXPECT_EQ(found->compared.identical, found->compared.answers - 1);
  ASSERT_EQ(found->compared.first.size(), 1U);
  EXPECT_EQ(support::text_of(found->compared.first[0].then->packet), "/result 7 0 0 0 1. 1.");
  EXPECT_EQ(support::text_of(found->compared.first[0].now->packet), "/result 7 0 0 0 0.75 0.75");
}

TEST(Replay, StatusIsNotCompared) {
  RecordedWorld world(rich_config());
  world.send(local(5000), "/oscine/v1/status", 1);
  const auto found = replayed(world.end(), world.config());
  ASSERT_TRUE(found);
  EXPECT_EQ(found->compared.excepted, 1U);
  EXPECT_EQ(found->compared.answers, 0U);
}

TEST(Replay, ARecordingCutAnywhereIsReplayedUpToThere) {
  RecordedWorld world(rich_config());
  const auto session = world.open(local(5000), "counter");
  world.send(local(5000), "/oscine/v1/run", 1, session, 0, 0, 0.5, 0.5);
  world.send(local(5000), "/oscine/v1/ask", 2, "sum", 0.5, 0.5);
  const auto recording = world.end();
  std::uint64_t most = 0, runs = 0;
  for (std::size_t size = 0; size < recording.size(); size += 13) {
    const auto found = replayed(recording.substr(0, size), world.config());
    if (!found) continue;  // its beginning is cut
    ++runs;
    EXPECT_TRUE(found->compared.same()) << size;
    EXPECT_THAT(found->notes, ElementsAre(HasSubstr("cut short"))) << size;
    EXPECT_GE(found->compared.answers, most);
    most = found->compared.answers;
  }
  EXPECT_GT(runs, 10U);
  EXPECT_GE(most, 2U);
}

}  // namespace
}  // namespace server
