#include "server/supervisor/line.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace server {

namespace {

constexpr std::size_t kMostBytes = 64U << 20;
constexpr std::size_t kMostWaiting = 4096;  // packets; a supervisor that stands still is not worth more memory
constexpr std::size_t kControl = CMSG_SPACE(Line::kMostDescriptors * sizeof(int));
#ifdef MSG_NOSIGNAL
constexpr int kQuiet = MSG_NOSIGNAL;
#else
constexpr int kQuiet = 0;
#endif

void close_all(std::vector<int>& descriptors) {
  for (const int one : descriptors) ::close(one);
  descriptors.clear();
}

void take_descriptors(const msghdr& header, std::vector<int>& out) {
  for (auto* part = CMSG_FIRSTHDR(&header); part != nullptr; part = CMSG_NXTHDR(const_cast<msghdr*>(&header), part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int one = -1;
      std::memcpy(&one, CMSG_DATA(part) + i * sizeof(int), sizeof one);
      fcntl(one, F_SETFD, FD_CLOEXEC);
      out.push_back(one);
    }
  }
}

}  // namespace

base::Result<std::pair<int, int>> line_ends() {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) != 0) {
    return base::Error{base::ErrorCode::kForbidden,
                       "no line to a serving process: " + std::generic_category().message(errno)};
  }
  for (const int end : ends) fcntl(end, F_SETFD, FD_CLOEXEC);
  return std::pair(ends[0], ends[1]);
}

Line::Line(asio::io_context& io, int socket, Events events)
    : socket_(io, asio::local::stream_protocol(), socket), events_(std::move(events)), decoder_(kMostBytes) {
  asio::error_code ignored;
  socket_.non_blocking(true, ignored);
  read();
}

Line::~Line() {
  close_all(came_);
  for (auto& one : waiting_) close_all(one.descriptors);
}

void Line::read() {
  socket_.async_wait(asio::socket_base::wait_read, [this](asio::error_code error) {
    if (error == asio::error::operation_aborted) return;
    if (error || !take()) return hang_up();
    read();
  });
}

bool Line::take() {
  std::array<std::byte, 65536> bytes{};
  alignas(cmsghdr) std::array<char, kControl> control{};
  for (;;) {
    iovec piece{bytes.data(), bytes.size()};
    msghdr header{};
    header.msg_iov = &piece;
    header.msg_iovlen = 1;
    header.msg_control = control.data();
    header.msg_controllen = control.size();
    const auto count = recvmsg(socket_.native_handle(), &header, 0);
    if (count < 0) return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
    if (count == 0) return false;
    take_descriptors(header, came_);
    const auto fed =
        decoder_.feed(std::span(bytes).first(static_cast<std::size_t>(count)), [this](protocol::Bytes packet) {
          protocol::Limits limits;
          limits.bytes = kMostBytes;
          protocol::Malformed why;
          if (!protocol::validate(packet, limits, why)) return;
          reader_.read(packet, [this](const auto& message) { events_.message(message, came_); });
        });
    if (decoder_.pending() == 0) close_all(came_);  // nobody took them
    if (!fed) return false;
  }
}

void Line::send(protocol::Writer& writer, const std::vector<int>& descriptors) {
  if (waiting_.size() >= kMostWaiting || !socket_.is_open()) {
    (void)writer.end();
    return;
  }
  Waiting one;
  protocol::frame(protocol::Framing::kLength, writer.end(), one.bytes);
  for (const int descriptor : descriptors) one.descriptors.push_back(fcntl(descriptor, F_DUPFD_CLOEXEC, 0));
  waiting_.push_back(std::move(one));
  if (!writing_) write();
}

void Line::write() {
  while (!waiting_.empty()) {
    const auto count = push(waiting_.front(), written_);
    if (count == -2) return hang_up();
    if (count == -1) {
      writing_ = true;
      socket_.async_wait(asio::socket_base::wait_write, [this](asio::error_code error) {
        writing_ = false;
        if (!error) write();
      });
      return;
    }
    close_all(waiting_.front().descriptors);
    written_ += static_cast<std::size_t>(count);
    if (written_ < waiting_.front().bytes.size()) continue;
    waiting_.pop_front();
    written_ = 0;
  }
}

long Line::push(const Waiting& waiting, std::size_t from) const {
  iovec piece{const_cast<std::byte*>(waiting.bytes.data()) + from, waiting.bytes.size() - from};
  alignas(cmsghdr) std::array<char, kControl> control{};
  msghdr header{};
  header.msg_iov = &piece;
  header.msg_iovlen = 1;
  if (!waiting.descriptors.empty()) {
    const auto size = waiting.descriptors.size() * sizeof(int);
    header.msg_control = control.data();
    header.msg_controllen = static_cast<decltype(header.msg_controllen)>(CMSG_SPACE(size));
    auto* part = CMSG_FIRSTHDR(&header);
    part->cmsg_level = SOL_SOCKET;
    part->cmsg_type = SCM_RIGHTS;
    part->cmsg_len = static_cast<decltype(part->cmsg_len)>(CMSG_LEN(size));
    std::memcpy(CMSG_DATA(part), waiting.descriptors.data(), size);
  }
  const auto count =
      sendmsg(const_cast<asio::local::stream_protocol::socket&>(socket_).native_handle(), &header, kQuiet);
  if (count >= 0) return count;
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? -1 : -2;
}

void Line::hang_up() {
  asio::error_code ignored;
  if (!socket_.is_open()) return;
  socket_.close(ignored);
  if (events_.closed) events_.closed();
}

}  // namespace server
