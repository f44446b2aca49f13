#pragma once
#include "protocol/validate.hpp"
#include "server/core/peer.hpp"

namespace server {

/// The way out. The network implements it on sockets; tests record it. Thread: [net].
class Link {
 public:
  virtual ~Link() = default;
  /// Sends one packet: by TCP on peer.connection, else by UDP from the socket of peer.local_port. Never waits; what the
  /// system does not take is dropped and counted.
  virtual void send(const Peer& to, protocol::Bytes packet) = 0;
  /// Closes a TCP connection once what was sent has left.
  virtual void disconnect(const Peer& peer) = 0;
  /// TCP: nothing more is read from this connection until it is let go as often as it was held back; the other side
  /// notices, and waits.
  virtual void hold_back(const Peer& peer, bool on) = 0;
  /// TCP: bytes that the other side has not taken yet. UDP: 0.
  virtual std::size_t unsent(const Peer& peer) const = 0;
};

}  // namespace server
