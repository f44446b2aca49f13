#include "channel.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <limits>
#include <system_error>
#include <thread>

#include "base/nameless.hpp"

namespace models {

namespace {

using base::Error;
using base::ErrorCode;

#ifdef MSG_NOSIGNAL
constexpr int kQuiet = MSG_NOSIGNAL | MSG_DONTWAIT;
#else
constexpr int kQuiet = MSG_DONTWAIT;
#endif

constexpr auto kMoment = std::chrono::microseconds(50);

struct Head {
  std::uint32_t what;
  std::uint32_t spilled;  // 1: the bytes follow in the socket
  std::uint64_t bytes;
};

Error no_memory() {
  return {ErrorCode::kBusy, "no memory to share with a process of its own: " + std::generic_category().message(errno)};
}

int milliseconds_until(base::Time until) {
  if (until == base::Time::max()) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - base::Clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, std::numeric_limits<int>::max()));
}

bool again() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

}  // namespace

base::Result<std::unique_ptr<Region>> Region::make(std::size_t channels) {
  const int file = base::open_nameless();
  if (file < 0) return no_memory();
  if (ftruncate(file, static_cast<off_t>(2 * channels * kHalf)) != 0) {
    const auto error = no_memory();
    ::close(file);
    return error;
  }
  (void)base::seal_size(file);
  auto region = map(file, channels);
  if (!region) {
    ::close(file);
    return region;
  }
  (*region)->file_ = file;
  return region;
}

base::Result<std::unique_ptr<Region>> Region::map(int file, std::size_t channels) {
  const std::size_t bytes = 2 * channels * kHalf;
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (memory == MAP_FAILED) return no_memory();
  return std::unique_ptr<Region>(new Region(static_cast<std::byte*>(memory), bytes, -1));
}

Region::~Region() {
  munmap(memory_, bytes_);
  if (file_ >= 0) ::close(file_);
}

Channel::~Channel() { ::close(socket_); }

Channel::Came Channel::wait(short events, base::Time until) const {
  for (;;) {
    pollfd one{socket_, events, 0};
    const int ready = poll(&one, 1, milliseconds_until(until));
    if (ready > 0) return Came::kMessage;  // also where it hung up: reading says so
    if (ready == 0) return Came::kNothing;
    if (errno != EINTR) return Came::kHungUp;
  }
}

Channel::Came Channel::push(std::span<const std::byte> bytes, base::Time until) const {
  while (!bytes.empty()) {
    const auto count = ::send(socket_, bytes.data(), bytes.size(), kQuiet);
    if (count < 0 && !again()) return Came::kHungUp;
    if (count < 0) {
      if (const auto came = wait(POLLOUT, until); came != Came::kMessage) return came;
      continue;
    }
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return Came::kMessage;
}

Channel::Came Channel::pull(std::span<std::byte> bytes, base::Time until) const {
  while (!bytes.empty()) {
    const auto count = ::recv(socket_, bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (count == 0 || (count < 0 && !again())) return Came::kHungUp;
    if (count < 0) {
      if (const auto came = wait(POLLIN, until); came != Came::kMessage) return came;
      continue;
    }
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return Came::kMessage;
}

Channel::Came Channel::send(std::uint32_t what, const Packer& said, base::Time until) {
  const auto spilled = said.spilled();
  const Head head{what, spilled.empty() ? 0U : 1U, said.size()};
  const auto came = push(std::as_bytes(std::span(&head, 1)), until);
  return came == Came::kMessage ? push(spilled, until) : came;
}

bool Channel::there() const {
  char one = 0;
  return ::recv(socket_, &one, 1, MSG_PEEK | MSG_DONTWAIT) >= 0 || !again();
}

Channel::Came Channel::receive_soon(base::Time until) {
  static const bool alone = std::thread::hardware_concurrency() < 2;
  const auto began = base::Clock::now();
  while (soon_ && !alone && !there() && base::Clock::now() - began < kMoment) std::this_thread::yield();
  const auto came = receive(until);
  soon_ = base::Clock::now() - began < 2 * kMoment;
  return came;
}

Channel::Came Channel::receive(base::Time until) {
  Head head{};
  if (const auto came = pull(std::as_writable_bytes(std::span(&head, 1)), until); came != Came::kMessage) return came;
  what_ = head.what;
  if (head.spilled == 0) {
    if (head.bytes > theirs_.size()) return Came::kHungUp;
    said_ = theirs_.first(static_cast<std::size_t>(head.bytes));
    return Came::kMessage;
  }
  if (head.bytes > kMost) return Came::kHungUp;
  long_.resize(static_cast<std::size_t>(head.bytes));
  said_ = long_;
  return pull(long_, until);
}

base::Result<std::pair<int, int>> socket_pair() {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) != 0) {
    return Error{ErrorCode::kBusy, "no line to a process of its own: " + std::generic_category().message(errno)};
  }
  for (const int end : ends) fcntl(end, F_SETFD, FD_CLOEXEC);
#if defined(SO_NOSIGPIPE)
  const int on = 1;
  for (const int end : ends) setsockopt(end, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on);
#endif
  return std::pair(ends[0], ends[1]);
}

}  // namespace models
