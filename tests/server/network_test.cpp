// Packets through the kernel of this machine: UDP, TCP in both framings, IPv4 and IPv6.
#include <gmock/gmock.h>
#include <sys/resource.h>

#include <fstream>

#include "server/loopback.hpp"

namespace server {
namespace {

using protocol::Framing;
using support::Loopback;
using support::osc;
using support::TcpPeer;
using support::UdpPeer;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using namespace std::chrono_literals;

const auto kPing = osc("/oscine/v1/ping", 3, 1, 2);

TEST(Udp, IsAnsweredFromTheSocketThatWasAskedOverIpv4AndIpv6) {
  Loopback loopback;
  for (const char* host : {"127.0.0.1", "::1"}) {
    UdpPeer peer(loopback, host);
    peer.send(kPing);
    EXPECT_THAT(peer.hear(), StartsWith("/pong 3 1 2 ")) << host;
    EXPECT_EQ(peer.from.port(), loopback.port()) << host;
  }
  EXPECT_EQ(loopback.daemon.clients().all().size(), 2U);
}

TEST(Udp, AnswersGoToTheReplyPort) {
  Loopback loopback;
  UdpPeer asks(loopback), hears(loopback);
  asks.send(osc("/oscine/v1/hello", 1, int{hears.port()}, "max"));
  EXPECT_THAT(hears.hear(), StartsWith("/hello.reply 1 "));
  asks.send(osc("/oscine/v1/ask", 2, "sum", 0.25, 0.5));
  EXPECT_EQ(hears.hear(), "/result 2 0 0 0 0.75 0.75");
}

TEST(Udp, TheLargestDatagramIsTakenAndAnEmptyOneIsNothing) {
  Loopback loopback;
  UdpPeer peer(loopback);
  peer.send("");
  std::vector<support::Packet> many;
  std::size_t size = 16;
  for (; size + kPing.size() + 4 < 65000; size += kPing.size() + 4) many.push_back(kPing);
  peer.send(support::bundle(many));
  EXPECT_THAT(peer.hear(), StartsWith("/pong 3"));
  EXPECT_EQ(loopback.daemon.metrics().malformed, 1U);
}

TEST(Udp, AReplyPortWhereNobodyListensDisturbsNobody) {
  Loopback loopback;
  UdpPeer asks(loopback);
  std::uint16_t closed = 0;
  {
    UdpPeer gone(loopback);
    closed = gone.port();
  }
  asks.send(osc("/oscine/v1/hello", 1, int{closed}, "deaf"));
  for (int id = 2; id < 20; ++id) asks.send(osc("/oscine/v1/ping", id, 0, 0));
  UdpPeer other(loopback);
  other.send(kPing);
  EXPECT_THAT(other.hear(), StartsWith("/pong 3"));
}

TEST(Udp, SeveralPortsAreListenedOnAndKeptApart) {
  auto config = support::plain_config();
  config.listen = {{"", 0}, {"127.0.0.1", 0}};
  Loopback loopback(config);
  UdpPeer peer(loopback);
  peer.send(kPing);
  EXPECT_THAT(peer.hear(), StartsWith("/pong"));
  EXPECT_EQ(peer.from.port(), loopback.port());
  std::uint16_t second = 0;
  for (const auto& line : loopback.log.lines) {
    if (line.find("listen") == std::string::npos || line.find(" and [::1]") != std::string::npos) continue;
    second = static_cast<std::uint16_t>(std::stoi(line.substr(line.rfind("127.0.0.1:") + 10)));
  }
  ASSERT_NE(second, 0);
  peer.send(kPing, second);
  EXPECT_THAT(peer.hear(), StartsWith("/pong"));
  EXPECT_EQ(peer.from.port(), second);
}

// The new address was refused as in use, by the entry that it was to replace.
TEST(Listen, APortCanMoveToAnotherAddress) {
  Loopback loopback;
  const auto port = loopback.port();
  ASSERT_TRUE(loopback.network.listen({{"127.0.0.1", port}}));
  UdpPeer peer(loopback);
  peer.send(kPing);
  EXPECT_THAT(peer.hear(), StartsWith("/pong"));
  EXPECT_EQ(peer.from.port(), port);
}

TEST(Listen, WhatCannotBeOpenedLeavesAllAsItWas) {
  Loopback loopback;
  asio::ip::udp::socket taken(loopback.io, {asio::ip::make_address("127.0.0.1"), 0});
  const auto port = loopback.port();
  EXPECT_FALSE(loopback.network.listen({{"127.0.0.1", port}, {"", taken.local_endpoint().port()}}));
  UdpPeer peer(loopback, "::1");
  peer.send(kPing);
  EXPECT_THAT(peer.hear(), StartsWith("/pong"));
  EXPECT_EQ(peer.from.port(), port);
}

class Tcp : public ::testing::TestWithParam<Framing> {};

TEST_P(Tcp, IsAnsweredInItsOwnFraming) {
  Loopback loopback;
  for (const char* host : {"127.0.0.1", "::1"}) {
    TcpPeer peer(loopback, GetParam(), host);
    peer.send(kPing);
    EXPECT_THAT(peer.hear(), StartsWith("/pong 3 1 2 "));
    peer.send(osc("/oscine/v1/hello", 1, 7771, "py"));
    EXPECT_THAT(peer.hear(), StartsWith("/hello.reply 1 "));
  }
}

TEST_P(Tcp, PacketsMayComeInAnyPieces) {
  Loopback loopback;
  TcpPeer peer(loopback, GetParam());
  std::string stream;
  for (int id = 1; id <= 3; ++id) stream += peer.framed(osc("/oscine/v1/ask", id, "sum", 0.25, 0.5));
  for (const char byte : stream) peer.write(std::string(1, byte));
  for (int id = 1; id <= 3; ++id) EXPECT_EQ(peer.hear(), "/result " + std::to_string(id) + " 0 0 0 0.75 0.75");
  peer.write(stream);  // and all at once: repeats
  for (int id = 1; id <= 3; ++id) EXPECT_EQ(peer.hear(), "/result " + std::to_string(id) + " 0 0 0 0.75 0.75");
}

TEST_P(Tcp, AClosedConnectionTakesItsClientWithIt) {
  Loopback loopback;
  TcpPeer peer(loopback, GetParam());
  peer.send(osc("/oscine/v1/hello", 1, 0, "py"));
  peer.hear();
  EXPECT_EQ(loopback.daemon.clients().all().size(), 1U);
  peer.close();
  EXPECT_TRUE(loopback.until([&] { return loopback.daemon.clients().all().empty(); }));
}

TEST_P(Tcp, AFrameThatIsTooLargeClosesTheConnection) {
  auto config = support::plain_config();
  config.limits.tcp_frame = 65536;
  Loopback loopback(config);
  TcpPeer peer(loopback, GetParam());
  peer.send(kPing);
  EXPECT_THAT(peer.hear(), StartsWith("/pong"));
  peer.send(std::string(70000, 'x'));
  EXPECT_EQ(peer.hear(), "closed");
  EXPECT_TRUE(loopback.until([&] { return loopback.daemon.clients().all().empty(); }));
}

INSTANTIATE_TEST_SUITE_P(Framings, Tcp, ::testing::Values(Framing::kLength, Framing::kSlip),
                         [](const auto& one) { return one.param == Framing::kSlip ? "Slip" : "Length"; });

TEST(TcpLimits, WhatIsNoOscClosesTheConnection) {
  Loopback loopback;
  TcpPeer peer(loopback, Framing::kLength);
  peer.write("GET / HTTP/1.1\r\n\r\n");
  EXPECT_EQ(peer.hear(), "closed");
}

TEST(TcpLimits, OneConnectionTooManyIsClosedAndTheOthersStay) {
  auto config = support::plain_config();
  config.limits.tcp_connections = 2;
  Loopback loopback(config);
  TcpPeer one(loopback, Framing::kLength), two(loopback, Framing::kSlip);
  one.send(kPing);
  EXPECT_THAT(one.hear(), StartsWith("/pong"));
  two.send(kPing);
  EXPECT_THAT(two.hear(), StartsWith("/pong"));
  TcpPeer three(loopback, Framing::kLength);
  EXPECT_THAT(three.hear(), AllOf(StartsWith("/fail 0 "), HasSubstr(" 429 '2 connections are open already")));
  EXPECT_EQ(three.hear(), "closed");
  EXPECT_TRUE(loopback.log.holds("2 connections are open already"));
  one.send(kPing);
  EXPECT_THAT(one.hear(), StartsWith("/pong"));
  two.close();
  EXPECT_TRUE(loopback.until([&] { return loopback.daemon.clients().all().size() == 1; }));
  TcpPeer four(loopback, Framing::kLength);
  four.send(kPing);
  EXPECT_THAT(four.hear(), StartsWith("/pong"));
}

TEST(TcpLimits, WhoeverDoesNotReadLosesTheConnectionAndNobodyWaits) {
  Loopback loopback;
  TcpPeer deaf(loopback, Framing::kLength);
  deaf.send(osc("/oscine/v1/hello", 1, 0, "deaf"));
  EXPECT_THAT(deaf.hear(), StartsWith("/hello.reply"));
  const auto big = support::osc_with("/oscine/v1/ask", std::vector<float>(60000, 0.5F), 0, "sum");
  const auto gone = [&] { return loopback.daemon.clients().all().empty(); };
  for (int i = 0; i < 200 && !gone(); ++i) {
    deaf.write(deaf.framed(big));
    loopback.until([&] { return loopback.workers.queued() == 0; });
  }
  EXPECT_TRUE(loopback.until(gone));
  UdpPeer other(loopback);
  other.send(kPing);
  EXPECT_THAT(other.hear(), StartsWith("/pong"));
}

// The last bytes to somebody who does not read kept the program from ending.
TEST(TcpLimits, WhoeverDoesNotReadDoesNotKeepTheDaemonFromLeaving) {
  Loopback loopback;
  TcpPeer deaf(loopback, Framing::kLength);
  const auto big = support::osc_with("/oscine/v1/ask", std::vector<float>(60000, 0.5F), 0, "sum");
  for (int i = 0; i < 40; ++i) deaf.write(deaf.framed(big));
  ASSERT_EQ(loopback.daemon.clients().all().size(), 1U);
  loopback.network.close();
  const auto end = base::Clock::now() + 10s;
  while (!loopback.io.stopped() && base::Clock::now() < end) loopback.io.run_for(100ms);
  EXPECT_TRUE(loopback.io.stopped()) << "something still waits";
}

TEST(SlowTcp, APacketThatIsNotWholeInTimeClosesItsConnection) {
  Loopback loopback;
  TcpPeer slow(loopback, Framing::kLength), idle(loopback, Framing::kSlip);
  for (auto* peer : {&slow, &idle}) {
    peer->send(kPing);
    EXPECT_THAT(peer->hear(), StartsWith("/pong"));
  }
  slow.write(slow.framed(kPing).substr(0, 11));
  slow.write("x");
  loopback.network.sweep(base::Clock::now() + 9s);
  EXPECT_EQ(loopback.network.connections(), 2U);
  loopback.network.sweep(base::Clock::now() + 11s);
  EXPECT_EQ(slow.hear(), "closed");
  EXPECT_TRUE(loopback.log.holds("not whole after 10 s"));
  loopback.network.sweep(base::Clock::now() + 24h);
  idle.send(kPing);
  EXPECT_THAT(idle.hear(), StartsWith("/pong")) << "who is quiet between two packets stays";
}

TEST(SlowTcp, TheTimeIsForEachPacketNotForAll) {
  Loopback loopback;
  TcpPeer peer(loopback, Framing::kLength);
  const auto one = peer.framed(kPing);
  peer.write(one + one.substr(0, 5));
  EXPECT_THAT(peer.hear(), StartsWith("/pong"));
  const auto began = base::Clock::now();
  peer.write(one.substr(5) + one.substr(0, 5));
  EXPECT_THAT(peer.hear(), StartsWith("/pong"));
  loopback.network.sweep(began + 10s);
  peer.write(one.substr(5));
  EXPECT_THAT(peer.hear(), StartsWith("/pong"));
}

TEST(SlowTcp, AConnectionThatNeverSaysAnythingIsClosed) {
  Loopback loopback;
  TcpPeer silent(loopback, Framing::kLength), junk(loopback, Framing::kSlip);
  junk.send("abcd");
  EXPECT_TRUE(loopback.until([&] { return loopback.daemon.metrics().malformed == 1; }));
  EXPECT_EQ(loopback.network.connections(), 2U);
  loopback.network.sweep(base::Clock::now() + 11s);
  EXPECT_EQ(silent.hear(), "closed");
  EXPECT_EQ(junk.hear(), "closed");
}

TEST(TcpLimits, FileDescriptorsThatRunOutKeepNobodyFromBeingServed) {
#if defined(__has_feature)
#if __has_feature(undefined_behavior_sanitizer)
  GTEST_SKIP() << "this sanitizer needs a descriptor of its own for each look at an object";
#endif
#endif
  Loopback loopback;
  TcpPeer open(loopback, Framing::kLength);
  open.send(kPing);
  EXPECT_THAT(open.hear(), StartsWith("/pong"));
  UdpPeer udp(loopback);
  TcpPeer waits(loopback, Framing::kLength);  // in the kernel: nobody has accepted it yet
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  auto none = before;
  none.rlim_cur = 3;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  waits.write(waits.framed(kPing));
  EXPECT_TRUE(loopback.until([&] { return loopback.log.holds("no file descriptors are left"); }));
  udp.send(kPing);
  EXPECT_THAT(udp.hear(), StartsWith("/pong"));
  open.send(kPing);
  EXPECT_THAT(open.hear(), StartsWith("/pong"));
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_THAT(waits.hear(), StartsWith("/pong")) << "accepted as soon as there are some";
}

TEST(TcpLimits, ASilentConnectionMakesRoomForAnother) {
  auto config = support::plain_config();
  config.limits.tcp_connections = 1;
  Loopback loopback(config);
  TcpPeer silent(loopback, Framing::kLength);
  EXPECT_TRUE(loopback.until([&] { return loopback.network.connections() == 1; }));
  TcpPeer speaks(loopback, Framing::kLength);
  speaks.send(kPing);
  EXPECT_THAT(speaks.hear(), StartsWith("/pong"));
  EXPECT_EQ(silent.hear(), "closed");
}

TEST(Doors, ClosedOnesTakeNothingNewButAnswersStillLeave) {
  Loopback loopback;
  UdpPeer peer(loopback);
  loopback.workers.held = true;
  peer.send(osc("/oscine/v1/ask", 1, "sum", 0.25, 0.5));
  const auto end = base::Clock::now() + 20s;
  while (loopback.workers.queued() == 0 && base::Clock::now() < end) {
    loopback.io.run_one_for(10ms);
    loopback.io.restart();
  }
  ASSERT_EQ(loopback.workers.queued(), 1U);
  loopback.network.close_doors();
  EXPECT_EQ(peer.hear(), "/result 1 0 0 0 0.75 0.75");
}

TEST(Network, SaysHowMuchItsSocketsHaveRoomFor) {
  asio::io_context io;
  const auto log = Log::quiet();
  Network network(io, *log);
  EXPECT_EQ(network.receive_buffer(), 0U);
  ASSERT_TRUE(network.listen({{"127.0.0.1", 0}}));
  const auto least =
      static_cast<std::size_t>(kReceiveBuffer);  // or what the system allows; a privileged process gets more
  std::size_t allowed = 1024;
  std::ifstream("/proc/sys/net/core/rmem_max") >> allowed;
  EXPECT_GE(network.receive_buffer(), std::min(least, allowed));
  EXPECT_LE(network.receive_buffer(), least);
}

}  // namespace
}  // namespace server
