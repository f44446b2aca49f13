#pragma once
#include <asio.hpp>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "server/core/daemon.hpp"
#include "server/net/connection.hpp"
#include "server/net/listening.hpp"

namespace server {

/// The sockets, and the thread that owns them. Hands what arrives to the daemon, sends what it says, and wakes it when
/// something is due. Thread: [net].
class Network : public Link {
 public:
  Network(asio::io_context& io, Log& log) : io_(io), log_(log), timer_(io), sweep_timer_(io) {
    stock_->full = [this] { close_greediest(); };
  }

  /// Opens what is not open yet and closes what is no longer listed. Fails as bind_listening does; then nothing
  /// changed.
  base::Status listen(const std::vector<Endpoint>& endpoints);
  /// Takes sockets that are bound already, instead of listen(), and closes those that it had.
  /// @param told  how loud the log is about it
  base::Status adopt(const std::vector<int>& descriptors, Level told = Level::kInfo);
  /// Those that are open, for adopt() of another process. They stay ours.
  std::vector<int> descriptors();
  /// Begins to read. `daemon` must live until close().
  void start(Daemon& daemon);
  /// Serves until everything is closed. Under back-to-back questions it looks again for a moment before it sleeps
  /// (limits.linger): waking up would take longer than the answer.
  void run();
  /// Stops to accept and to read; sends still go out.
  void close_doors();
  void close();

  /// Bytes of datagrams that wait in the kernel, at the socket with the least room; 0 without sockets.
  std::size_t receive_buffer();

  /// The first port that is listened on; 0 before listen().
  std::uint16_t port() const { return listening_.empty() ? std::uint16_t{0} : listening_.front()->port; }

  void send(const Peer& to, protocol::Bytes packet) override;
  void disconnect(const Peer& peer) override;
  void hold_back(const Peer& peer, bool on) override;
  std::size_t unsent(const Peer& peer) const override;
  /// Arms the timer for what the daemon has due next. After each call into the daemon from elsewhere.
  void rearm();
  std::size_t unsent() const { return unsent_; }
  /// Closes the connections whose packet, or first packet, has been on its way for too long. Called every second.
  void sweep(base::Time now);
  std::size_t connections() const { return connections_.size(); }

 private:
  using Udp = asio::ip::udp::socket;
  void read(const std::shared_ptr<Listening>& listening, std::size_t index);
  void receive_all(const std::shared_ptr<Listening>& listening, std::size_t index);
  void accept(const std::shared_ptr<Listening>& listening, std::size_t index);
  void not_accepted(const asio::error_code& error);
  void accepted(asio::ip::tcp::socket socket);
  bool make_room(base::Time now);
  void close_greediest();
  void turn_away(asio::ip::tcp::socket socket);
  void sweep_later();
  void begin(const std::shared_ptr<Listening>& listening);
  base::Result<Listening> bind_in_place_of(const std::vector<std::shared_ptr<Listening>>& gone,
                                           const Endpoint& endpoint);
  void reopen(const std::vector<std::shared_ptr<Listening>>& gone);
  void note_rhythm(base::Time now);
  /// @param address  of `to`; mapped into IPv6 where the socket is one for both
  Udp* socket_for(const Peer& to, asio::ip::address& address);
  Udp* spare_for(const asio::ip::udp::endpoint& to);

  asio::io_context& io_;
  Log& log_;
  asio::steady_timer timer_;
  base::Time armed_ = base::Time::max();
  Daemon* daemon_ = nullptr;
  std::vector<std::shared_ptr<Listening>> listening_;
  std::vector<std::unique_ptr<Udp>> spare_;  // unbound, for receivers that no listening socket can reach
  asio::steady_timer sweep_timer_;
  bool sweeping_ = false;
  std::shared_ptr<ConnectionStock> stock_ = std::make_shared<ConnectionStock>();
  std::map<std::uint64_t, std::shared_ptr<Connection>> connections_;  // the oldest first
  base::Time room_sought_{}, full_told_{}, descriptors_told_{};
  std::uint64_t connection_count_ = 0;
  std::size_t unsent_ = 0;
  base::Time heard_{};  // when a datagram last came
  int in_rhythm_ = 0;   // datagrams that came soon after the one before
  base::Time linger_until_{};
  bool reading_ = true;
  bool closing_ = false;
  std::array<std::byte, 65536> datagram_{};
};

}  // namespace server
