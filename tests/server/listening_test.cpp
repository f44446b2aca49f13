// Which sockets are open: ports in use, several entries, another list while running, sockets that somebody hands in.
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/loopback.hpp"

namespace server {
namespace {

using support::Loopback;
using support::osc;
using support::UdpPeer;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

const auto kPing = osc("/oscine/v1/ping", 3, 1, 2);

TEST(Listen, APortInUseIsOneSentenceThatNamesItAndTheWayOut) {
  asio::io_context io;
  auto first = bind_listening(io, {"", 0});
  ASSERT_TRUE(first);
  ASSERT_NE(first->port, 0);
  const auto second = bind_listening(io, {"", first->port});
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().message,
              AllOf(HasSubstr("port " + std::to_string(first->port) + " is in use"), HasSubstr("--listen")));
  EXPECT_EQ(second.error().message.find('\n'), std::string::npos);
}

TEST(Listen, APortThatOnlyTcpUsesIsInUseToo) {
  asio::io_context io;
  asio::ip::tcp::acceptor other(io, {asio::ip::address_v4::loopback(), 0});
  const auto bound = bind_listening(io, {"127.0.0.1", other.local_endpoint().port()});
  ASSERT_FALSE(bound);
  EXPECT_THAT(bound.error().message, HasSubstr("is in use"));
}

TEST(Listen, AnAddressThatThisMachineDoesNotHaveIsOneSentence) {
  asio::io_context io;
  const auto bound = bind_listening(io, {"203.0.113.7", 0});
  ASSERT_FALSE(bound);
  EXPECT_THAT(bound.error().message, AllOf(HasSubstr("203.0.113.7"), HasSubstr("listen")));
}

TEST(Listen, PortZeroIsOnePortForUdpTcpAndBothAddresses) {
  asio::io_context io;
  const auto bound = bind_listening(io, {"", 0});
  ASSERT_TRUE(bound);
  ASSERT_EQ(bound->udp.size(), bound->tcp.size());
  for (const auto& door : bound->udp) EXPECT_EQ(door.socket.local_endpoint().port(), bound->port);
  for (const auto& acceptor : bound->tcp) EXPECT_EQ(acceptor.local_endpoint().port(), bound->port);
}

TEST(Relisten, KeepsWhatStaysOpensWhatIsNewAndClosesWhatIsGone) {
  auto config = support::plain_config();
  config.listen = {{"127.0.0.1", 0}};
  Loopback loopback(config);
  const auto kept = loopback.port();
  UdpPeer peer(loopback);
  peer.send(kPing);
  EXPECT_THAT(peer.hear(), StartsWith("/pong"));
  ASSERT_TRUE(loopback.network.listen({{"127.0.0.1", 0}, {"::1", 0}}));
  EXPECT_EQ(loopback.port(), kept);
  peer.send(kPing);
  EXPECT_THAT(peer.hear(), StartsWith("/pong"));
  ASSERT_TRUE(loopback.network.listen({{"::1", 0}}));
  EXPECT_NE(loopback.port(), kept);
  UdpPeer six(loopback, "::1");
  six.send(kPing);
  EXPECT_THAT(six.hear(), StartsWith("/pong"));
  EXPECT_TRUE(bind_listening(loopback.io, {"127.0.0.1", kept})) << "the old one was let go";
}

TEST(Relisten, ThatFailsChangesNothing) {
  auto config = support::plain_config();
  config.listen = {{"127.0.0.1", 0}};
  Loopback loopback(config);
  const auto kept = loopback.port();
  asio::ip::udp::socket other(loopback.io, {asio::ip::address_v4::loopback(), 0});
  EXPECT_FALSE(loopback.network.listen({{"::1", 0}, {"127.0.0.1", other.local_endpoint().port()}}));
  EXPECT_EQ(loopback.port(), kept);
  UdpPeer peer(loopback);
  peer.send(kPing);
  EXPECT_THAT(peer.hear(), StartsWith("/pong"));
}

// Both entries found the same open one, and the other was closed.
TEST(Relisten, TwoEntriesThatReadTheSameStayTwo) {
  auto config = support::plain_config();
  config.listen = {{"127.0.0.1", 0}, {"127.0.0.1", 0}};
  Loopback loopback(config);
  std::vector<std::uint16_t> ports;
  for (const auto& line : loopback.log.lines) {
    if (const auto at = line.find("127.0.0.1:"); line.find("listen") != std::string::npos && at != std::string::npos) {
      ports.push_back(static_cast<std::uint16_t>(std::stoi(line.substr(at + 10))));
    }
  }
  ASSERT_EQ(ports.size(), 2U);
  ASSERT_TRUE(loopback.network.listen(config.listen));
  UdpPeer peer(loopback);
  for (const auto port : ports) {
    peer.send(kPing, port);
    EXPECT_THAT(peer.hear(), StartsWith("/pong"));
    EXPECT_EQ(peer.from.port(), port);
  }
}

/// A socket of loopback or of everywhere, as a supervisor or systemd would bind it. The taker closes it.
int bound_socket(int family, int type, std::uint16_t& port, bool dual = false) {
  const int made = socket(family, type, 0);
  sockaddr_in6 six{};
  sockaddr_in four{};
  if (family == AF_INET6) {
    const int only = dual ? 0 : 1;
    setsockopt(made, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof only);
    six.sin6_family = AF_INET6;
    six.sin6_addr = dual ? in6addr_any : in6addr_loopback;
    six.sin6_port = htons(port);
    EXPECT_EQ(bind(made, reinterpret_cast<sockaddr*>(&six), sizeof six), 0);
  } else {
    four.sin_family = AF_INET;
    four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    four.sin_port = htons(port);
    EXPECT_EQ(bind(made, reinterpret_cast<sockaddr*>(&four), sizeof four), 0);
  }
  sockaddr_in6 name{};
  socklen_t size = sizeof name;
  getsockname(made, reinterpret_cast<sockaddr*>(&name), &size);
  port = ntohs(name.sin6_port);
  return made;
}

TEST(HandedIn, SocketsOfAnotherProcessAreServed) {
  std::uint16_t port = 0;
  const int udp = bound_socket(AF_INET, SOCK_DGRAM, port);
  const int tcp = bound_socket(AF_INET, SOCK_STREAM, port);
  Loopback loopback(support::plain_config(), {udp, tcp});
  EXPECT_EQ(loopback.port(), port);
  UdpPeer peer(loopback);
  peer.send(kPing);
  EXPECT_THAT(peer.hear(), StartsWith("/pong"));
  EXPECT_EQ(peer.from.port(), port);
  support::TcpPeer stream(loopback, protocol::Framing::kSlip);
  stream.send(kPing);
  EXPECT_THAT(stream.hear(), StartsWith("/pong"));
}

// systemd binds [::] for both families: what came by IPv4 was answered from another port.
TEST(HandedIn, ASocketForBothFamiliesAnswersIpv4FromItsOwnPort) {
  std::uint16_t port = 0;
  Loopback loopback(support::plain_config(), {bound_socket(AF_INET6, SOCK_DGRAM, port, true)});
  for (const char* host : {"127.0.0.1", "::1"}) {
    UdpPeer peer(loopback, host);
    peer.send(kPing);
    EXPECT_THAT(peer.hear(), StartsWith("/pong")) << host;
    EXPECT_EQ(peer.from.port(), port) << host;
  }
}

TEST(HandedIn, WhatIsNoSocketIsOneSentence) {
  asio::io_context io;
  std::array<int, 2> pipe_ends{};
  ASSERT_EQ(pipe(pipe_ends.data()), 0);
  const auto taken = adopt_listening(io, {pipe_ends[0]});
  ASSERT_FALSE(taken);
  EXPECT_THAT(taken.error().message,
              AllOf(HasSubstr("descriptor " + std::to_string(pipe_ends[0])), HasSubstr("no UDP or TCP")));
  EXPECT_FALSE(adopt_listening(io, {9999}));
  for (const int end : pipe_ends) ::close(end);
}

TEST(HandedIn, BySystemdOnlyWhereItMeansThisProcess) {
  setenv("LISTEN_FDS", "2", 1);
  setenv("LISTEN_PID", "1", 1);
  EXPECT_THAT(handed_in_descriptors(), IsEmpty());
  setenv("LISTEN_PID", std::to_string(getpid()).c_str(), 1);
  EXPECT_THAT(handed_in_descriptors(), ElementsAre(3, 4));
  EXPECT_EQ(std::getenv("LISTEN_FDS"), nullptr) << "not for our children";
  EXPECT_THAT(handed_in_descriptors(), IsEmpty());
}

// 256 connections from an address that nothing is answered to kept everybody else out: the network asks this first.
TEST(Allow, WelcomesThisMachineAndThoseThatItNames) {
  auto config = support::plain_config();
  Range range;
  range.address = Ip::v4(192, 168, 1, 0).bytes;
  range.bits = 120;
  config.allow = {range};
  const Loopback loopback(config);
  EXPECT_TRUE(loopback.daemon.welcomes(Ip::loopback()));
  EXPECT_TRUE(loopback.daemon.welcomes(*Ip::parse("::1")));
  EXPECT_TRUE(loopback.daemon.welcomes(Ip::v4(192, 168, 1, 7)));
  EXPECT_FALSE(loopback.daemon.welcomes(Ip::v4(192, 168, 2, 7)));
}

}  // namespace
}  // namespace server
