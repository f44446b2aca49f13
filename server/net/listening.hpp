#pragma once
#include <asio.hpp>
#include <memory>
#include <string>
#include <vector>

#include "server/config/config.hpp"
#include "server/core/peer.hpp"

namespace server {

/// Bytes of datagrams that each socket should have room for: what comes while nobody reads waits there.
inline constexpr int kReceiveBuffer = 4 << 20;

Peer peer_of(const asio::ip::udp::endpoint& endpoint, std::uint16_t local_port);
asio::ip::address address_of(const Ip& ip);
Ip ip_of(const asio::ip::address& address);

/// A UDP socket, and what it can reach. What the kernel would say is kept: each answer asks for it.
struct UdpDoor {
  explicit UdpDoor(asio::ip::udp::socket bound);

  asio::ip::udp::socket socket;
  asio::ip::address local;
  bool takes_both = false;  ///< bound to :: for IPv4 too, as systemd does it

  /// `to` can be sent to from here; an IPv4 address is then mapped where the socket wants it so.
  bool reaches(asio::ip::address& to) const;
};

/// The sockets of one `listen` entry: UDP and TCP, on one or two addresses, all on the same port.
struct Listening {
  Endpoint endpoint;
  std::uint16_t port = 0;  ///< the real one, where the entry says 0
  std::vector<UdpDoor> udp;
  std::vector<asio::ip::tcp::acceptor> tcp;

  /// Closes and forgets its sockets; reads that are under way end with operation_aborted.
  void close();
  /// "127.0.0.1:7770 and [::1]:7770, udp and tcp"
  std::string text() const;
};

/// Binds an entry. Port 0: the system chooses one that is free for all of its sockets.
/// Fails: kWrongState (in use) or kForbidden, in one sentence that names the port and how to choose another.
base::Result<Listening> bind_listening(asio::io_context& io, const Endpoint& endpoint);

/// Takes over bound sockets that another process opened (systemd's LISTEN_FDS, a supervisor's --fds).
/// Fails: kMalformed when a descriptor is no UDP or listening TCP socket.
base::Result<std::vector<Listening>> adopt_listening(asio::io_context& io, const std::vector<int>& descriptors);

/// The descriptors that systemd handed to this process; empty without socket activation.
std::vector<int> handed_in_descriptors();

}  // namespace server
