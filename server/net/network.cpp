#include "server/net/network.hpp"

#include <algorithm>

namespace server {

using asio::ip::tcp;
using asio::ip::udp;

namespace {
constexpr auto kAcceptPause = std::chrono::milliseconds(100);
constexpr auto kLastWords = std::chrono::milliseconds(500);
constexpr int kAtOnce = 64;  // datagrams of one socket before the others have their turn
}  // namespace

base::Status Network::listen(const std::vector<Endpoint>& endpoints) {
  std::vector<std::shared_ptr<Listening>> next;
  std::vector<std::shared_ptr<Listening>> fresh;
  for (const auto& endpoint : endpoints) {
    const auto open = std::find_if(listening_.begin(), listening_.end(), [&](const auto& one) {
      const bool taken = std::find(next.begin(), next.end(), one) != next.end();
      return one->endpoint == endpoint && !taken;
    });
    if (open != listening_.end()) {
      next.push_back(*open);
      continue;
    }
    auto bound = bind_listening(io_, endpoint);
    if (!bound) return bound.error();
    fresh.push_back(std::make_shared<Listening>(std::move(*bound)));
    next.push_back(fresh.back());
  }
  for (const auto& old : listening_) {
    if (std::find(next.begin(), next.end(), old) != next.end()) continue;
    for (auto& socket : old->udp) socket.close();
    for (auto& acceptor : old->tcp) acceptor.close();
  }
  listening_ = std::move(next);
  for (const auto& one : fresh) {
    log_.line(Level::kInfo, {"listen", {}, {}, {}, one->text()});
    if (daemon_ != nullptr) begin(one);
  }
  return {};
}

base::Status Network::adopt(const std::vector<int>& descriptors) {
  auto taken = adopt_listening(io_, descriptors);
  if (!taken) return taken.error();
  for (auto& one : *taken) {
    listening_.push_back(std::make_shared<Listening>(std::move(one)));
    log_.line(Level::kInfo, {"listen", {}, {}, {}, "handed in: " + listening_.back()->text()});
  }
  return {};
}

void Network::start(Daemon& daemon) {
  daemon_ = &daemon;
  for (const auto& one : listening_) begin(one);
  rearm();
}

void Network::begin(const std::shared_ptr<Listening>& listening) {
  for (std::size_t i = 0; i < listening->udp.size(); ++i) read(listening, i);
  for (std::size_t i = 0; i < listening->tcp.size(); ++i) accept(listening, i);
}

void Network::read(const std::shared_ptr<Listening>& listening, std::size_t index) {
  listening->udp[index].async_wait(udp::socket::wait_read, [this, listening, index](asio::error_code error) {
    if (error || !reading_) return;
    receive_all(listening, index);
    rearm();
    read(listening, index);
  });
}

void Network::receive_all(const std::shared_ptr<Listening>& listening, std::size_t index) {
  for (int n = 0; n < kAtOnce; ++n) {
    udp::endpoint from;
    asio::error_code error;
    const auto bytes = listening->udp[index].receive_from(asio::buffer(datagram_), from, 0, error);
    if (error == asio::error::would_block || error == asio::error::try_again) return;
    if (error) continue;  // an answer that nobody took comes back as an error of the next receive: not ours to mind
    daemon_->receive(peer_of(from, listening->port), std::span(datagram_).first(bytes), n == 0);
  }
}

void Network::accept(const std::shared_ptr<Listening>& listening, std::size_t index) {
  listening->tcp[index].async_accept([this, listening, index](asio::error_code error, tcp::socket socket) {
    if (error == asio::error::operation_aborted || !reading_) return;
    if (!error) {
      accepted(std::move(socket));
      return accept(listening, index);
    }
    // No descriptors left, say: the caller waits in the kernel, and asking again at once would only burn the processor.
    auto pause = std::make_shared<asio::steady_timer>(io_, kAcceptPause);
    pause->async_wait([this, listening, index, pause](asio::error_code) {
      if (reading_ && listening->tcp[index].is_open()) accept(listening, index);
    });
  });
}

void Network::accepted(tcp::socket socket) {
  const auto& limits = daemon_->config().limits;
  asio::error_code error;
  if (const auto from = socket.remote_endpoint(error); error || !daemon_->welcomes(ip_of(from.address()))) return;
  if (connections_.size() >= static_cast<std::size_t>(limits.tcp_connections)) {
    log_.line(Level::kWarn,
              {"tcp",
               {},
               {},
               {},
               std::to_string(limits.tcp_connections) + " connections are open already; another one was closed"});
    return;
  }
  const auto number = ++connection_count_;
  auto connection =
      std::make_shared<Connection>(std::move(socket), number, static_cast<std::size_t>(limits.tcp_frame),
                                   Connection::Events{[this](const Peer& from, protocol::Bytes packet) {
                                                        daemon_->receive(from, packet);
                                                        rearm();
                                                      },
                                                      [this](const Peer& from, const std::string& why) {
                                                        log_.line(Level::kDebug, {"tcp", from.text(), {}, {}, why});
                                                        connections_.erase(from.connection);
                                                        daemon_->disconnected(from);
                                                        if (closing_ && connections_.empty()) timer_.cancel();
                                                        rearm();
                                                      }});
  log_.line(Level::kDebug, {"tcp", connection->peer().text(), {}, {}, "connected"});
  connections_[number] = connection;
  connection->start();
}

Network::Udp* Network::spare_for(const udp::endpoint& to) {
  for (auto& one : spare_) {
    if (one->local_endpoint().protocol() == to.protocol()) return one.get();
  }
  asio::error_code error;
  auto fresh = std::make_unique<Udp>(io_);
  fresh->open(to.protocol(), error);
  if (!error) fresh->bind({to.protocol(), 0}, error);
  if (!error) fresh->non_blocking(true, error);
  if (error) return nullptr;
  spare_.push_back(std::move(fresh));
  return spare_.back().get();
}

namespace {
// Bound to :: for IPv4 too, as systemd does it.
bool takes_both(const udp::socket& socket, const asio::ip::address& local) {
  if (!local.is_v6() || !local.is_unspecified()) return false;
  asio::error_code error;
  asio::ip::v6_only only;
  socket.get_option(only, error);
  return !error && !only.value();
}
}  // namespace

// The socket that the question came in by, so that the answer comes from where the question went.
Network::Udp* Network::socket_for(const Peer& to, asio::ip::address& address) {
  Udp* fits = nullptr;
  for (const auto& one : listening_) {
    for (auto& socket : one->udp) {
      asio::error_code error;
      const auto local = socket.local_endpoint(error).address();
      const bool reaches = local.is_unspecified() || local.is_loopback() == address.is_loopback();
      if (error || !reaches) continue;
      if (local.is_v4() != address.is_v4()) {
        if (one->port != to.local_port || !takes_both(socket, local) || !address.is_v4()) continue;
        address = asio::ip::make_address_v6(asio::ip::v4_mapped, address.to_v4());
      }
      if (one->port == to.local_port) return &socket;
      if (fits == nullptr) fits = &socket;
    }
  }
  return fits != nullptr ? fits : spare_for({address, to.port});
}

void Network::send(const Peer& to, protocol::Bytes packet) {
  if (to.tcp()) {
    const auto it = connections_.find(to.connection);
    if (it != connections_.end()) it->second->send(packet);
    return;
  }
  auto address = address_of(to.ip);
  auto* socket = socket_for(to, address);
  asio::error_code error = asio::error::not_connected;
  if (socket != nullptr) socket->send_to(asio::buffer(packet.data(), packet.size()), {address, to.port}, 0, error);
  if (!error || error == asio::error::connection_refused) return;
  ++unsent_;
  log_.line(Level::kDebug, {"unsent", to.text(), {}, {}, error.message()});
}

void Network::disconnect(const Peer& peer) {
  const auto it = connections_.find(peer.connection);
  if (it != connections_.end()) it->second->finish();
}

void Network::rearm() {
  if (closing_) return;
  const auto due = daemon_->next_due();
  if (due == armed_) return;
  armed_ = due;
  if (due == base::Time::max()) {
    timer_.cancel();
    return;
  }
  timer_.expires_at(due);
  timer_.async_wait([this](asio::error_code error) {
    if (error) return;
    armed_ = base::Time::max();
    daemon_->run_due();
    rearm();
  });
}

void Network::close_doors() {
  reading_ = false;
  asio::error_code ignored;  // closed already, where the daemon leaves twice
  for (const auto& one : listening_) {
    for (auto& socket : one->udp) socket.cancel(ignored);
    for (auto& acceptor : one->tcp) acceptor.close(ignored);
  }
}

void Network::close() {
  close_doors();
  const auto open = connections_;
  for (const auto& [number, connection] : open) connection->finish();
  // Whoever does not read what is left is cut off.
  timer_.expires_after(kLastWords);
  timer_.async_wait([this](asio::error_code error) {
    if (error) return;
    const auto left = connections_;
    for (const auto& [number, connection] : left) connection->close("the daemon is stopping");
  });
  closing_ = true;
  if (connections_.empty()) timer_.cancel();
  for (const auto& one : listening_) {
    for (auto& socket : one->udp) socket.close();
  }
  spare_.clear();
}

}  // namespace server
