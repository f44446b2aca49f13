#include "server/net/connection.hpp"

#include <netinet/tcp.h>

#include "server/net/listening.hpp"

namespace server {

namespace {

constexpr int kQuietSeconds = 30;  // then the kernel asks whether the other side is still there
constexpr int kAskSeconds = 5;
constexpr int kAsks = 3;

void option(asio::ip::tcp::socket& socket, int name, int value) {
  setsockopt(socket.native_handle(), IPPROTO_TCP, name, &value, sizeof value);
}

// A laptop that was closed says no goodbye: without this its connection stayed for ever.
void keep_alive(asio::ip::tcp::socket& socket) {
  asio::error_code ignored;
  socket.set_option(asio::socket_base::keep_alive(true), ignored);
#if defined(TCP_KEEPIDLE)
  option(socket, TCP_KEEPIDLE, kQuietSeconds);
#elif defined(TCP_KEEPALIVE)
  option(socket, TCP_KEEPALIVE, kQuietSeconds);
#endif
#if defined(TCP_KEEPINTVL)
  option(socket, TCP_KEEPINTVL, kAskSeconds);
  option(socket, TCP_KEEPCNT, kAsks);
#endif
#if defined(TCP_USER_TIMEOUT)
  option(socket, TCP_USER_TIMEOUT, (kQuietSeconds + kAskSeconds * kAsks) * 1000);
#endif
}

}  // namespace

Connection::Connection(asio::ip::tcp::socket socket, std::uint64_t number, std::size_t frame_bytes,
                       std::shared_ptr<ConnectionStock> stock, Events events)
    : socket_(std::move(socket)),
      events_(std::move(events)),
      decoder_(frame_bytes),
      stock_(std::move(stock)),
      frame_since_(base::Clock::now()) {
  asio::error_code error;
  socket_.set_option(asio::ip::tcp::no_delay(true), error);
  keep_alive(socket_);
  socket_.non_blocking(true, error);
  const auto remote = socket_.remote_endpoint(error);
  const auto local = socket_.local_endpoint(error);
  peer_ = {ip_of(remote.address()), remote.port(), local.port(), number};
}

void Connection::start() { read(); }

void Connection::hold_back(bool on) {
  held_back_ += on ? 1 : -1;
  if (held_back_ != 0 || closed_) return;
  frame_since_ = base::Clock::now();  // until now it was we who did not read
  if (!reading_) read();
}

bool Connection::overdue(base::Time now, base::Duration wait) const {
  if (closed_ || held_back_ != 0) return false;
  return (!greeted_ || decoder_.pending() > 0) && now - frame_since_ > wait;
}

void Connection::read() {
  reading_ = true;
  socket_.async_wait(asio::ip::tcp::socket::wait_read, [self = shared_from_this()](asio::error_code error) {
    if (self->closed_) return;
    if (error) return self->close(error.message());
    self->take();
    self->reading_ = false;  // only now: what was read is still being looked at until here
    if (!self->closed_ && self->held_back_ == 0) self->read();
  });
}

void Connection::take() {
  asio::error_code error;
  const auto bytes = socket_.read_some(asio::buffer(stock_->piece), error);
  if (error == asio::error::would_block || error == asio::error::try_again) return;
  if (error) return close(error == asio::error::eof ? "closed by the other side" : error.message());
  bool whole = decoder_.pending() == 0;
  const auto status = decoder_.feed(std::span(stock_->piece).first(bytes), [this, &whole](protocol::Bytes packet) {
    if (closed_) return;
    whole = true;
    protocol::Malformed why;
    if (!greeted_) greeted_ = protocol::validate(packet, {.bytes = packet.size()}, why);
    events_.packet(peer_, packet);
  });
  if (!status) return close(status.error().message);
  if (whole && greeted_) frame_since_ = base::Clock::now();
  count();
}

void Connection::send(protocol::Bytes packet) {
  if (closed_) return;
  if (waiting_.size() + packet.size() > kBacklog) return close("reads too slowly");
  protocol::frame(decoder_.framing(), packet, waiting_);
  if (writing_.empty()) write();
  count();
}

void Connection::write() {
  std::swap(writing_, waiting_);
  waiting_ = {};
  asio::async_write(socket_, asio::buffer(writing_), [self = shared_from_this()](asio::error_code error, std::size_t) {
    self->writing_ = {};
    if (self->closed_) return;
    if (error) return self->close(error.message());
    if (!self->waiting_.empty()) return self->write();
    self->count();
    if (self->finishing_) self->close("finished");
  });
}

// Of ours, what the stock has to know.
void Connection::count() {
  const auto held = closed_ ? 0 : decoder_.pending() + unsent();
  stock_->bytes = stock_->bytes - counted_ + held;
  counted_ = held;
  if (held > 0 && stock_->bytes > ConnectionStock::kMost) stock_->full();
}

void Connection::finish() {
  finishing_ = true;
  if (writing_.empty()) close("finished");
}

void Connection::close(const std::string& why) {
  if (closed_) return;
  closed_ = true;
  count();
  asio::error_code ignored;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
  socket_.close(ignored);
  // After the caller has finished with this connection: it may be in the middle of a packet.
  asio::post(socket_.get_executor(), [self = shared_from_this(), why] { self->events_.closed(self->peer_, why); });
}

}  // namespace server
