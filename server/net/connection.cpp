#include "server/net/connection.hpp"

#include "server/net/listening.hpp"

namespace server {

Connection::Connection(asio::ip::tcp::socket socket, std::uint64_t number, std::size_t frame_bytes, Events events)
    : socket_(std::move(socket)), events_(std::move(events)), decoder_(frame_bytes) {
  asio::error_code error;
  socket_.set_option(asio::ip::tcp::no_delay(true), error);
  const auto remote = socket_.remote_endpoint(error);
  const auto local = socket_.local_endpoint(error);
  peer_ = {ip_of(remote.address()), remote.port(), local.port(), number};
}

void Connection::start() { read(); }

void Connection::hold_back(bool on) {
  held_back_ += on ? 1 : -1;
  if (held_back_ == 0 && !reading_ && !closed_) read();
}

void Connection::read() {
  reading_ = true;
  socket_.async_read_some(asio::buffer(piece_), [self = shared_from_this()](asio::error_code error, std::size_t bytes) {
    if (self->closed_) return;
    if (error) return self->close(error == asio::error::eof ? "closed by the other side" : error.message());
    const auto status = self->decoder_.feed(std::span(self->piece_).first(bytes), [&self](protocol::Bytes packet) {
      if (!self->closed_) self->events_.packet(self->peer_, packet);
    });
    if (!status) return self->close(status.error().message);
    self->reading_ = false;  // only now: what was read is still being looked at until here
    if (!self->closed_ && self->held_back_ == 0) self->read();
  });
}

void Connection::send(protocol::Bytes packet) {
  if (closed_) return;
  if (waiting_.size() + packet.size() > kBacklog) return close("reads too slowly");
  protocol::frame(decoder_.framing(), packet, waiting_);
  if (writing_.empty()) write();
}

void Connection::write() {
  std::swap(writing_, waiting_);
  waiting_.clear();
  asio::async_write(socket_, asio::buffer(writing_), [self = shared_from_this()](asio::error_code error, std::size_t) {
    self->writing_.clear();
    if (self->closed_) return;
    if (error) return self->close(error.message());
    if (!self->waiting_.empty()) return self->write();
    if (self->finishing_) self->close("finished");
  });
}

void Connection::finish() {
  finishing_ = true;
  if (writing_.empty()) close("finished");
}

void Connection::close(const std::string& why) {
  if (closed_) return;
  closed_ = true;
  asio::error_code ignored;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
  socket_.close(ignored);
  // After the caller has finished with this connection: it may be in the middle of a packet.
  asio::post(socket_.get_executor(), [self = shared_from_this(), why] { self->events_.closed(self->peer_, why); });
}

}  // namespace server
