// Several sessions of one model: whose sound waits while the workers are busy is heard in one job.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/world.hpp"

namespace server {
namespace {

using support::Heard;
using support::World;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

/// Sessions of the classifier that tells loud from quiet, and a worker that waits.
struct Several {
  World world;
  std::vector<std::int32_t> sessions;

  explicit Several(std::size_t count, Config config = support::hearing_config()) : world(std::move(config)) {
    for (std::size_t i = 0; i < count; ++i) sessions.push_back(world.open("loudness", "", 8000));
    world.heard();
    world.workers.held = true;
    world.workers.ran = 0;
  }
  void send(std::size_t which, const std::vector<float>& samples, int seq = 1, int at = 0) {
    world.packet(support::osc_with("/oscine/v1/frames", samples, sessions[which], seq, 0, at, 1));
  }
  Heard release() {
    world.workers.held = false;
    world.settle();
    return world.heard();
  }
  /// The event of its first window.
  std::string first(std::size_t which, const std::string& rest) const {
    return "/event " + std::to_string(sessions[which]) + " 1 0 0 0 0 800 'label' " + rest;
  }
};

std::vector<float> window(float loudness) { return std::vector<float>(800, loudness); }

TEST(HearingTogether, WhoWaitsWhileTheWorkerIsBusyIsHeardInOneJob) {
  Several three(3);
  three.send(0, window(0.0F));
  three.send(1, window(0.25F));
  three.send(2, window(0.75F));
  EXPECT_THAT(three.release(), ElementsAre(three.first(0, "'quiet' 1. 1"), three.first(1, "'quiet' 0.75 1"),
                                           three.first(2, "'loud' 0.75 1")));
  EXPECT_EQ(three.world.workers.ran, 2U) << "the first at once, the other two together";
}

TEST(HearingTogether, AnIdleWorkerIsNotKeptWaiting) {
  Several two(2);
  two.world.workers.held = false;
  two.send(0, window(0.0F));
  two.send(1, window(0.0F));
  EXPECT_EQ(two.world.workers.ran, 2U);
}

TEST(HearingTogether, MoreThanOneCallTakesAreSeveralJobs) {
  Several many(18);
  for (std::size_t i = 0; i < 18; ++i) many.send(i, window(0.0F));
  EXPECT_THAT(many.release(), SizeIs(18));
  EXPECT_EQ(many.world.workers.ran, 4U) << "1, 8, 8 and 1";
}

TEST(HearingTogether, SoundOfOneSessionStaysInOrder) {
  Several two(2);
  for (int piece = 0; piece < 4; ++piece) {
    for (std::size_t i = 0; i < 2; ++i)
      two.send(i, std::vector<float>(400, 0.25F * static_cast<float>(piece)), piece + 1, 400 * piece);
  }
  const auto heard = two.release();
  EXPECT_THAT(heard, SizeIs(6));
  Several alone(1);
  for (int piece = 0; piece < 4; ++piece) {
    alone.send(0, std::vector<float>(400, 0.25F * static_cast<float>(piece)), piece + 1, 400 * piece);
  }
  const auto own = std::to_string(alone.sessions[0]);
  for (const auto& event : alone.release()) {
    for (const auto session : two.sessions) {
      auto same = event;
      EXPECT_THAT(heard, Contains(same.replace(same.find(own), own.size(), std::to_string(session))));
    }
  }
}

TEST(HearingTogether, AFailureOfOneIsToldToThatOne) {
  auto config = support::hearing_config();
  config.models.back().card.options = {{"does", "throw"}, {"when", "0.5"}};
  Several three(3, config);
  three.send(0, window(0.0F));
  three.send(1, window(0.5F));
  three.send(2, window(0.0009765625F));
  EXPECT_THAT(three.release(), ElementsAre(three.first(0, "'quiet' 0. 1"),
                                           HasSubstr("500 'loudness: forward raised: the fake raised, as asked'"),
                                           three.first(2, "'quiet' 0.78125 1")));
}

TEST(HearingTogether, WhoLeavesWhileItWaitsIsLeftOut) {
  Several four(4);
  for (std::size_t i = 0; i < 4; ++i) four.send(i, window(0.0F));
  four.world.send("/oscine/v1/close", 5, four.sessions[1]);
  four.world.send("/oscine/v1/reset", 6, four.sessions[2]);
  const auto heard = four.release();
  EXPECT_THAT(heard, SizeIs(3)) << "two events, and the end of the reset";
  EXPECT_THAT(heard, Contains(four.first(0, "'quiet' 1. 1")));
  EXPECT_THAT(heard, Contains(four.first(3, "'quiet' 1. 1")));
  four.send(2, window(0.0F), 1);
  EXPECT_THAT(four.world.heard(), IsEmpty());
}

TEST(HearingTogether, WhoAsksSomethingElseWhileItWaitsIsHeardByItself) {
  Several three(3);
  for (std::size_t i = 0; i < 3; ++i) three.send(i, window(0.0F));
  three.world.send("/oscine/v1/method", 5, three.sessions[1], "scores");
  const auto heard = three.release();
  EXPECT_THAT(heard, SizeIs(3));
  EXPECT_THAT(heard, Contains("/frames " + std::to_string(three.sessions[1]) + " 1 0 0 2 1. 0."));
  EXPECT_THAT(heard, Contains(three.first(2, "'quiet' 1. 1")));
}

TEST(HearingTogether, AFullQueueLosesNothing) {
  auto config = support::hearing_config();
  config.limits.queue = 1;
  Several three(3, config);
  for (std::size_t i = 0; i < 3; ++i) three.send(i, window(0.0F));
  three.release();
  three.world.advance(std::chrono::milliseconds(20));
  EXPECT_EQ(three.world.link.sent.size(), 6U) << "three were opened, and each was told one label";
}

TEST(HearingTogether, WhatRemembersIsHeardByItself) {
  auto config = support::hearing_config();
  config.models.back().card.state = true;
  Several three(3, config);
  for (std::size_t i = 0; i < 3; ++i) three.send(i, window(0.0F));
  EXPECT_THAT(three.release(), SizeIs(3));
  EXPECT_EQ(three.world.workers.ran, 3U);
}

}  // namespace
}  // namespace server
