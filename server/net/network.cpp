#include "server/net/network.hpp"

#include <algorithm>

#include "protocol/message.hpp"
#include "server/net/descriptors.hpp"

namespace server {

using asio::ip::tcp;
using asio::ip::udp;

namespace {
constexpr auto kAcceptPause = std::chrono::milliseconds(100);
constexpr auto kSweepEvery = std::chrono::seconds(1);
constexpr auto kTellAgain = std::chrono::minutes(1);
constexpr auto kLastWords = std::chrono::milliseconds(500);
constexpr auto kRhythm = std::chrono::microseconds(200);  // questions this close together are back to back
constexpr int kInRhythm = 8;                              // so many of them, and the next one will come as soon
constexpr int kAtOnce = 64;                               // datagrams of one socket before the others have their turn
}  // namespace

base::Status Network::listen(const std::vector<Endpoint>& endpoints) {
  std::vector<std::shared_ptr<Listening>> next, fresh;
  auto gone = listening_;
  for (const auto& endpoint : endpoints) {
    const auto open =
        std::find_if(gone.begin(), gone.end(), [&](const auto& one) { return one->endpoint == endpoint; });
    next.push_back(open == gone.end() ? nullptr : *open);
    if (open != gone.end()) gone.erase(open);
  }
  for (std::size_t i = 0; i < endpoints.size(); ++i) {
    if (next[i]) continue;
    auto bound = bind_in_place_of(gone, endpoints[i]);
    if (!bound) {
      for (const auto& one : fresh) one->close();
      reopen(gone);
      return bound.error();
    }
    next[i] = fresh.emplace_back(std::make_shared<Listening>(std::move(*bound)));
  }
  for (const auto& old : gone) old->close();
  listening_ = std::move(next);
  for (const auto& one : fresh) {
    log_.line(Level::kInfo, {"listen", {}, {}, {}, one->text()});
    if (daemon_ != nullptr) begin(one);
  }
  return {};
}

// A port that moves to another address is held by the entry that it leaves: that one closes first.
base::Result<Listening> Network::bind_in_place_of(const std::vector<std::shared_ptr<Listening>>& gone,
                                                  const Endpoint& endpoint) {
  auto bound = bind_listening(io_, endpoint);
  if (bound || endpoint.port == 0) return bound;
  bool made_room = false;
  for (const auto& old : gone) {
    if (old->port != endpoint.port || old->udp.empty()) continue;
    old->close();
    made_room = true;
  }
  if (!made_room) return bound;
  return bind_listening(io_, endpoint);
}

// Nothing changed: what had made room opens again.
void Network::reopen(const std::vector<std::shared_ptr<Listening>>& gone) {
  for (const auto& old : gone) {
    if (!old->udp.empty()) continue;
    auto again = bind_listening(io_, {old->endpoint.host, old->port});
    if (!again) {
      log_.line(Level::kError, {"listen", {}, {}, {}, again.error().message});
      continue;
    }
    again->endpoint = old->endpoint;
    *old = std::move(*again);
    if (daemon_ != nullptr) begin(old);
  }
}

base::Status Network::adopt(const std::vector<int>& descriptors, Level told) {
  auto taken = adopt_listening(io_, descriptors);
  if (!taken) return taken.error();
  for (const auto& old : listening_) old->close();
  listening_.clear();
  for (auto& one : *taken) {
    listening_.push_back(std::make_shared<Listening>(std::move(one)));
    log_.line(told, {"listen", {}, {}, {}, "handed in: " + listening_.back()->text()});
    if (daemon_ != nullptr) begin(listening_.back());
  }
  return {};
}

std::vector<int> Network::descriptors() {
  std::vector<int> out;
  for (const auto& one : listening_) {
    for (auto& door : one->udp) out.push_back(door.socket.native_handle());
    for (auto& acceptor : one->tcp) out.push_back(acceptor.native_handle());
  }
  return out;
}

// Linux keeps twice of what it was asked for and says so; asio halves it again.
std::size_t Network::receive_buffer() {
  std::size_t least = 0;
  for (const auto& one : listening_) {
    for (auto& door : one->udp) {
      asio::socket_base::receive_buffer_size size;
      asio::error_code error;
      door.socket.get_option(size, error);
      const auto bytes = static_cast<std::size_t>(error ? 0 : size.value());
      least = least == 0 ? bytes : std::min(least, bytes);
    }
  }
  return least;
}

void Network::start(Daemon& daemon) {
  daemon_ = &daemon;
  raise_descriptor_limit();
  for (const auto& one : listening_) begin(one);
  rearm();
}

void Network::begin(const std::shared_ptr<Listening>& listening) {
  for (std::size_t i = 0; i < listening->udp.size(); ++i) read(listening, i);
  for (std::size_t i = 0; i < listening->tcp.size(); ++i) accept(listening, i);
}

void Network::read(const std::shared_ptr<Listening>& listening, std::size_t index) {
  listening->udp[index].socket.async_wait(udp::socket::wait_read, [this, listening, index](asio::error_code error) {
    if (error || !reading_ || index >= listening->udp.size()) return;
    receive_all(listening, index);
    note_rhythm(base::Clock::now());
    rearm();
    read(listening, index);
  });
}

// Whether more waits is asked before a question is answered: the answer may wake a client that sends its next one at
// once.
void Network::receive_all(const std::shared_ptr<Listening>& listening, std::size_t index) {
  auto& socket = listening->udp[index].socket;
  bool behind = false;
  for (int n = 0; n < kAtOnce; ++n) {
    udp::endpoint from;
    asio::error_code error;
    const auto bytes = socket.receive_from(asio::buffer(datagram_), from, 0, error);
    if (error == asio::error::would_block || error == asio::error::try_again) return;
    if (error) continue;  // an answer that nobody took comes back as an error of the next receive: not ours to mind
    // After a silence the first is alone, whatever follows; then nobody waits for the system to be asked.
    const bool quiet = n == 0 && base::Clock::now() - heard_ >= kRhythm;
    const bool more = quiet || socket.available(error) > 0;
    daemon_->receive(peer_of(from, listening->port), std::span(datagram_).first(bytes), quiet || (!behind && !more));
    if (!more) return;
    behind = true;
  }
}

void Network::run() {
  while (!io_.stopped()) {
    if (io_.poll() > 0) continue;
    if (base::Clock::now() < linger_until_) continue;
    io_.run_one();
  }
}

// Only while no model is at work elsewhere: the processor is theirs.
void Network::note_rhythm(base::Time now) {
  in_rhythm_ = now - heard_ < kRhythm ? in_rhythm_ + 1 : 0;
  heard_ = now;
  if (in_rhythm_ >= kInRhythm && daemon_->drained()) linger_until_ = now + daemon_->config().limits.linger;
}

void Network::accept(const std::shared_ptr<Listening>& listening, std::size_t index) {
  listening->tcp[index].async_accept([this, listening, index](asio::error_code error, tcp::socket socket) {
    if (error == asio::error::operation_aborted || !reading_ || index >= listening->tcp.size()) return;
    if (!error) {
      accepted(std::move(socket));
      return accept(listening, index);
    }
    not_accepted(error);
    // The caller waits in the kernel, and asking again at once would only burn the processor.
    auto pause = std::make_shared<asio::steady_timer>(io_, kAcceptPause);
    pause->async_wait([this, listening, index, pause](asio::error_code) {
      if (reading_ && index < listening->tcp.size()) accept(listening, index);
    });
  });
}

// Everything that is open goes on; who is not accepted waits in the kernel until a descriptor is free.
void Network::not_accepted(const asio::error_code& error) {
  const auto now = base::Clock::now();
  if (descriptors_told_ != base::Time{} && now - descriptors_told_ < kTellAgain) return;
  descriptors_told_ = now;
  const bool full = error == asio::error::no_descriptors;
  const std::string why =
      full ? "no file descriptors are left; raise their number with ulimit -n or LimitNOFILE=" : error.message();
  log_.line(Level::kError, {"tcp", {}, {}, {}, "new connections have to wait: " + why});
}

// Of those that never said anything, the one that had the longest time for it.
bool Network::make_room(base::Time now) {
  if (now - room_sought_ < kAcceptPause) return false;  // there was none just now, and looking takes long
  const auto silent =
      std::find_if(connections_.begin(), connections_.end(), [](const auto& item) { return !item.second->greeted(); });
  if (silent == connections_.end()) {
    room_sought_ = now;
    return false;
  }
  const auto connection = silent->second;
  connections_.erase(silent);
  connection->close("silent, and others wait");
  return true;
}

void Network::turn_away(tcp::socket socket) {
  const auto why = std::to_string(daemon_->config().limits.tcp_connections) +
                   " connections are open already; close one, or raise limits.tcp_connections";
  protocol::Writer writer;
  writer.begin("/oscine/v1/fail").integer(0).text("/oscine/v1/hello").integer(base::number(base::ErrorCode::kBusy));
  std::vector<std::byte> framed;
  protocol::frame(protocol::Framing::kLength, writer.text(why).end(), framed);
  asio::error_code ignored;
  socket.non_blocking(true, ignored);
  socket.read_some(asio::buffer(stock_->piece), ignored);  // what is left unread would take our words with it
  socket.write_some(asio::buffer(framed), ignored);
  socket.shutdown(tcp::socket::shutdown_send, ignored);
  const auto now = base::Clock::now();
  if (full_told_ != base::Time{} && now - full_told_ < kTellAgain) return;
  full_told_ = now;
  log_.line(Level::kWarn, {"tcp", {}, {}, {}, why});
}

void Network::accepted(tcp::socket socket) {
  const auto& limits = daemon_->config().limits;
  asio::error_code error;
  if (const auto from = socket.remote_endpoint(error); error || !daemon_->welcomes(ip_of(from.address()))) return;
  const bool full = connections_.size() >= static_cast<std::size_t>(limits.tcp_connections);
  if (full && !make_room(base::Clock::now())) return turn_away(std::move(socket));
  const auto number = ++connection_count_;
  auto connection =
      std::make_shared<Connection>(std::move(socket), number, static_cast<std::size_t>(limits.tcp_frame), stock_,
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
  daemon_->connected(connection->peer());
  connection->start();
  if (!sweeping_) sweep_later();
}

void Network::close_greediest() {
  const auto most = std::max_element(connections_.begin(), connections_.end(),
                                     [](const auto& a, const auto& b) { return a.second->held() < b.second->held(); });
  if (most == connections_.end()) return;
  const auto connection = most->second;
  log_.line(Level::kWarn, {"tcp",
                           connection->peer().text(),
                           {},
                           {},
                           "closed: all connections together hold too much, and it most (" +
                               std::to_string(connection->held()) + " bytes)"});
  connection->close("holds too much");
}

void Network::sweep(base::Time now) {
  const auto wait = daemon_->config().limits.tcp_frame_wait;
  const auto all = connections_;
  for (const auto& [number, connection] : all) {
    if (!connection->overdue(now, wait)) continue;
    log_.line(Level::kInfo, {"tcp",
                             connection->peer().text(),
                             {},
                             {},
                             "closed: a packet was not whole after " + std::to_string(wait.count()) + " s"});
    connection->close("too slow");
  }
}

void Network::sweep_later() {
  sweeping_ = !closing_ && !connections_.empty();
  if (!sweeping_) return;
  sweep_timer_.expires_after(kSweepEvery);
  sweep_timer_.async_wait([this](asio::error_code error) {
    if (error) return;
    sweep(base::Clock::now());
    sweep_later();
  });
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

// The socket that the question came in by, so that the answer comes from where the question went.
Network::Udp* Network::socket_for(const Peer& to, asio::ip::address& address) {
  UdpDoor* fits = nullptr;
  for (const auto& one : listening_) {
    for (auto& door : one->udp) {
      auto there = address;
      if (!door.reaches(there)) continue;
      if (one->port == to.local_port) {
        address = there;
        return &door.socket;
      }
      if (fits == nullptr && there == address) fits = &door;
    }
  }
  return fits != nullptr ? &fits->socket : spare_for({address, to.port});
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

void Network::hold_back(const Peer& peer, bool on) {
  const auto it = connections_.find(peer.connection);
  if (it != connections_.end()) it->second->hold_back(on);
}

std::size_t Network::unsent(const Peer& peer) const {
  const auto it = connections_.find(peer.connection);
  return it == connections_.end() ? 0 : it->second->unsent();
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
    for (auto& door : one->udp) door.socket.cancel(ignored);
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
  sweep_timer_.cancel();
  if (connections_.empty()) timer_.cancel();
  for (const auto& one : listening_) one->close();
  spare_.clear();
}

}  // namespace server
