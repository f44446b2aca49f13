#pragma once
#include <array>
#include <asio.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "protocol/framing.hpp"
#include "server/core/peer.hpp"

namespace server {

/// One TCP connection: frames in, frames out, in the framing that its first byte showed. Bounded: a frame by the
/// configuration, what waits to be written by kBacklog; whoever reads too slowly loses the connection. Thread: [net].
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  struct Events {
    std::function<void(const Peer&, protocol::Bytes)> packet;
    std::function<void(const Peer&, const std::string& why)> closed;  ///< once
  };
  static constexpr std::size_t kBacklog = 16U << 20;

  Connection(asio::ip::tcp::socket socket, std::uint64_t number, std::size_t frame_bytes, Events events);
  void start();
  void send(protocol::Bytes packet);
  /// Closes once everything sent has left.
  void finish();
  /// Nothing is read until this was let go as often as it was held back.
  void hold_back(bool on);
  /// Bytes that the other side has not taken yet.
  std::size_t unsent() const { return writing_.size() + waiting_.size(); }
  void close(const std::string& why);
  const Peer& peer() const { return peer_; }

 private:
  void read();
  void write();

  asio::ip::tcp::socket socket_;
  Peer peer_;
  Events events_;
  protocol::StreamDecoder decoder_;
  std::array<std::byte, 65536> piece_{};
  std::vector<std::byte> writing_, waiting_;
  int held_back_ = 0;
  bool reading_ = false;
  bool closed_ = false;
  bool finishing_ = false;
};

}  // namespace server
