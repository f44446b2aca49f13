#pragma once
#include <array>
#include <asio.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "base/time.hpp"
#include "protocol/framing.hpp"
#include "server/core/peer.hpp"

namespace server {

/// What all TCP connections share, so that an idle one costs next to nothing, and all together have a bound.
/// Thread: [net].
struct ConnectionStock {
  static constexpr std::size_t kMost = 256U << 20;  ///< bytes
  std::array<std::byte, 65536> piece{};             ///< what is read goes through here
  std::size_t bytes = 0;                            ///< of frames that came in part, and of answers not taken yet
  std::function<void()> full = [] {};               ///< there are more than kMost: whoever holds most has to go
};

/// One TCP connection: frames in, frames out, in the framing that its first byte showed. Bounded: a frame by the
/// configuration, what waits to be written by kBacklog, all connections by their stock, a frame's coming by what
/// overdue() is asked; whoever reads or writes too slowly loses the connection. Thread: [net].
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  struct Events {
    std::function<void(const Peer&, protocol::Bytes)> packet;
    std::function<void(const Peer&, const std::string& why)> closed;  ///< once
  };
  static constexpr std::size_t kBacklog = 16U << 20;

  Connection(asio::ip::tcp::socket socket, std::uint64_t number, std::size_t frame_bytes,
             std::shared_ptr<ConnectionStock> stock, Events events);
  void start();
  void send(protocol::Bytes packet);
  /// Closes once everything sent has left.
  void finish();
  /// Nothing is read until this was let go as often as it was held back.
  void hold_back(bool on);
  /// Of the stock's bytes, those of this connection.
  std::size_t held() const { return counted_; }
  /// Bytes that the other side has not taken yet.
  std::size_t unsent() const { return writing_.size() + waiting_.size(); }
  /// A packet that is OSC came whole.
  bool greeted() const { return greeted_; }
  /// It has been sending a frame, or its first packet, for longer than this.
  bool overdue(base::Time now, base::Duration wait) const;
  void close(const std::string& why);
  const Peer& peer() const { return peer_; }

 private:
  void read();
  void take();
  void write();
  void count();

  asio::ip::tcp::socket socket_;
  Peer peer_;
  Events events_;
  protocol::StreamDecoder decoder_;
  std::shared_ptr<ConnectionStock> stock_;
  std::vector<std::byte> writing_, waiting_;
  std::size_t counted_ = 0;
  base::Time frame_since_;  // when the frame that is coming began; the first, when it connected
  int held_back_ = 0;
  bool reading_ = false;
  bool greeted_ = false;
  bool closed_ = false;
  bool finishing_ = false;
};

}  // namespace server
