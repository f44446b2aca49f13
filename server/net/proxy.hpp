#pragma once
#include <array>
#include <asio.hpp>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "server/net/impaired_line.hpp"

namespace server {

/// UDP in the middle, between hosts and a daemon: passes on what comes, as late, lossy and disorderly as it is told.
/// Each host (sending address and port) has a socket of its own towards the daemon, so answers find their way back.
/// Knows nothing of OSC. Thread: one.
class Proxy {
 public:
  struct Settings {
    asio::ip::udp::endpoint listen, to;
    /// What the daemon sends to a reply port: comes in at the first, goes on to the second, on this machine.
    std::optional<std::pair<std::uint16_t, std::uint16_t>> answers;
    Impairment up, down;  ///< towards the daemon; back from it
    std::uint64_t seed = 1;
  };
  static constexpr std::size_t kMostHosts = 256;  ///< the one that came first is forgotten for the next

  Proxy(asio::io_context& io, const Settings& settings) : io_(io), settings_(settings), front_(io), timer_(io) {}

  /// Opens the sockets and begins to read. Fails: kWrongState (a port is in use), kForbidden.
  base::Status start();
  std::uint16_t port() const;
  ImpairedLine::Counts up() const;
  ImpairedLine::Counts down() const;

 private:
  using Udp = asio::ip::udp;
  /// What one host sends, and what comes back to it.
  struct Conversation {
    Conversation(asio::io_context& io, Udp::endpoint from, const Impairment& up_as, const Impairment& down_as,
                 std::uint64_t seed)
        : socket(io), host(std::move(from)), up(up_as, 2 * seed), down(down_as, 2 * seed + 1) {}
    Udp::socket socket;
    Udp::endpoint host;
    ImpairedLine up, down;
    std::array<std::byte, 65536> datagram{};
  };

  base::Status open(Udp::socket& socket, const Udp::endpoint& at);
  void read_front();
  void read_back(const std::shared_ptr<Conversation>& conversation);
  std::shared_ptr<Conversation> conversation_of(const Udp::endpoint& host);
  void move_on();

  asio::io_context& io_;
  Settings settings_;
  Udp::socket front_;
  asio::steady_timer timer_;
  Udp::endpoint from_;
  std::array<std::byte, 65536> datagram_{};
  std::shared_ptr<Conversation> answers_;  // its `down` goes on to the host's reply port
  std::map<Udp::endpoint, std::shared_ptr<Conversation>> conversations_;
  std::deque<Udp::endpoint> in_order_;
  std::uint64_t opened_ = 0;
  ImpairedLine::Counts up_, down_;  // of those that are forgotten
};

}  // namespace server
