#pragma once
#include <asio.hpp>
#include <deque>
#include <functional>
#include <vector>

#include "protocol/framing.hpp"
#include "protocol/message.hpp"

namespace server {

/// The line between the supervisor and its serving process: OSC packets with a length before each, on a pair of
/// sockets, and now and then open descriptors with them.
///   up    /client … (handover.hpp), /gone number, /forgive model, /aside model why, /known key
///   down  /config text, /sockets left: as many descriptors as came with it; with the last (left 0) they replace all
/// A line that is broken says so once. Thread: [net] of either process.
class Line {
 public:
  struct Events {
    /// @param descriptors  that came with it; whoever takes one out owns it, the rest is closed
    std::function<void(const protocol::MessageView&, std::vector<int>& descriptors)> message;
    std::function<void()> closed;
  };
  static constexpr std::size_t kMostDescriptors = 64;  ///< with one message

  Line(asio::io_context& io, int socket, Events events);
  ~Line();
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  /// Reads what the other side said before it ended.
  void read_rest() { (void)take(); }
  /// Sends what the writer holds. The descriptors stay the caller's.
  void send(protocol::Writer& writer, const std::vector<int>& descriptors = {});

 private:
  struct Waiting {
    std::vector<std::byte> bytes;
    std::vector<int> descriptors;  ///< copies of our own
  };
  void read();
  bool take();
  void write();
  /// @return bytes that the system took; -1: none for now, -2: never again
  long push(const Waiting& waiting, std::size_t from) const;
  void hang_up();

  asio::local::stream_protocol::socket socket_;
  Events events_;
  protocol::StreamDecoder decoder_;
  protocol::Reader reader_;
  std::vector<int> came_;  // descriptors whose message is not complete yet
  std::deque<Waiting> waiting_;
  std::size_t written_ = 0;  // of the first of these
  bool writing_ = false;
};

/// Two connected sockets, closed in programs that are started. Fails: kForbidden.
base::Result<std::pair<int, int>> line_ends();

}  // namespace server
