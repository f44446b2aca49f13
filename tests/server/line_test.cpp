// What supervisor and serving process say to each other, over the real line.
#include "server/supervisor/line.hpp"

#include <gmock/gmock.h>
#include <sys/socket.h>
#include <unistd.h>

#include <random>

#include "server/supervisor/handover.hpp"
#include "server/supervisor/process.hpp"

namespace server {
namespace {

KnownClient max_client() {
  KnownClient client;
  client.number = 4711;
  client.key = 16777215;
  client.name = "max";
  client.home = {Ip::v4(192, 168, 1, 20), 7771, 7770, 0};
  client.reply_port = 7771;
  client.door = 51234;
  client.mtu = 8192;
  return client;
}

TEST(Handover, ComesBackAsItWas) {
  Handover given;
  given.config = "listen: 7770\n# ümlaut\n";
  given.inherited.restarts = 41;
  given.inherited.aside = {{"drums", "drums crashed"}, {"voice", "voice hung"}};
  for (int i = 0; i < 4096; ++i) {
    auto client = max_client();
    client.number = i + 1;
    client.implied = i % 2 == 1;
    given.inherited.clients.push_back(client);
  }
  const auto taken = unpack_handover(pack(given));
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->config, given.config);
  EXPECT_EQ(taken->inherited.restarts, 41);
  EXPECT_EQ(taken->inherited.aside, given.inherited.aside);
  EXPECT_EQ(taken->inherited.clients, given.inherited.clients);
}

TEST(Handover, HalfOfItIsRefused) {
  Handover given;
  given.inherited.clients = {max_client()};
  auto bytes = pack(given);
  bytes.resize(bytes.size() - 3);
  EXPECT_FALSE(unpack_handover(bytes));
}

TEST(Handover, AnyByteMayBeWrongAndNothingBreaks) {
  Handover given;
  given.inherited.clients = {max_client()};
  const auto good = pack(given);
  std::mt19937 random(7);
  for (int i = 0; i < 2000; ++i) {
    auto bytes = good;
    bytes[random() % bytes.size()] = static_cast<std::byte>(random());
    (void)unpack_handover(bytes).has_value();
  }
}

TEST(NamelessFile, HoldsWhatIsWritten) {
  const std::vector<std::byte> content(300000, std::byte{7});
  const auto file = nameless_file(content);
  ASSERT_TRUE(file);
  EXPECT_EQ(content_of(*file), content);
  EXPECT_EQ(content_of(*file), content) << "and again";
  ::close(*file);
}

TEST(SharedBoard, IsOneForWhoeverHoldsItsDescriptor) {
  auto mine = SharedBoard::make();
  ASSERT_TRUE(mine);
  auto theirs = SharedBoard::map(::dup(mine->descriptor()));
  ASSERT_TRUE(theirs);
  (**mine).beat = 42;
  EXPECT_EQ((**theirs).beat, 42);
  EXPECT_EQ((**theirs).fault_slot, -1);
}

/// Both ends, turned by the test's own thread.
class Lines : public testing::Test {
 protected:
  Lines() {
    const auto ends = line_ends();
    EXPECT_TRUE(ends);
    up_ = std::make_unique<Line>(io_, ends->first,
                                 Line::Events{[this](const auto& message, auto& descriptors) {
                                                heard_.emplace_back(message.address);
                                                came_.insert(came_.end(), descriptors.begin(), descriptors.end());
                                                descriptors.clear();
                                              },
                                              [this] { closed_ = true; }});
    down_ = std::make_unique<Line>(io_, ends->second, Line::Events{[](const auto&, auto&) {}, {}});
  }
  ~Lines() override {
    for (const int one : came_) ::close(one);
  }
  void turn_until(const std::function<bool()>& done) {
    const auto end = base::Clock::now() + std::chrono::seconds(20);
    while (!done() && base::Clock::now() < end) {
      io_.run_for(std::chrono::milliseconds(5));
      io_.restart();
    }
    EXPECT_TRUE(done());
  }

  asio::io_context io_;
  std::unique_ptr<Line> up_, down_;
  std::vector<std::string> heard_;
  std::vector<int> came_;
  bool closed_ = false;
  protocol::Writer writer_;
};

TEST_F(Lines, EverythingArrivesInOrderHoweverMuchItIs) {
  std::vector<std::string> said;
  const std::vector<std::byte> large(100000);
  for (int i = 0; i < 50; ++i) {
    said.push_back("/config" + std::to_string(i));
    down_->send(writer_.begin(said.back()).blob(large));
  }
  turn_until([&] { return heard_.size() == said.size(); });
  EXPECT_EQ(heard_, said);
}

TEST_F(Lines, DescriptorsComeWithTheirMessage) {
  const auto file = nameless_file(std::as_bytes(std::span(std::string_view("hello"))));
  ASSERT_TRUE(file);
  down_->send(writer_.begin("/sockets").integer(0), {*file, *file});
  ::close(*file);
  turn_until([&] { return came_.size() == 2; });
  EXPECT_EQ(content_of(came_[0]).size(), 5U);
  EXPECT_EQ(content_of(came_[1]).size(), 5U);
}

TEST_F(Lines, TheEndOfTheOtherSideIsToldOnce) {
  down_->send(writer_.begin("/gone").integer(7));
  down_.reset();
  turn_until([&] { return closed_; });
  EXPECT_THAT(heard_, testing::ElementsAre("/gone")) << "its last words were heard";
}

TEST_F(Lines, WhatWasSaidBeforeTheEndCanBeReadAtOnce) {
  down_->send(writer_.begin("/gone").integer(7));
  down_.reset();
  up_->read_rest();
  EXPECT_THAT(heard_, testing::ElementsAre("/gone"));
}

}  // namespace
}  // namespace server
