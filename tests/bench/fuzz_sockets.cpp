// Damaged packets into a running daemon, by UDP and TCP.
//   bench_fuzz_sockets PORT DATAGRAMS STREAMS SEED FOLDER…   folders of golden *.osc
// After every few datagrams, and after every stream, it waits until the daemon answers a ping by UDP: what is in
// between was then read, and nothing was lost. Ends with 1 where no answer comes within 20 s. Otherwise prints one JSON
// object.
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <vector>

#include "fuzz_packets.hpp"
#include "protocol/framing.hpp"
#include "wire.hpp"

namespace bench {

namespace {

constexpr std::uint64_t kBetweenPings = 64;
constexpr std::size_t kSenders = 8;
constexpr int kPatienceMs = 20000;
constexpr int kTries = 20;  // a ping can be lost, and a bundle of questions fills what we can hear

std::string ping(std::int32_t id) {
  std::string out;
  put_text(out, "/oscine/v1/ping");
  put_text(out, ",iii");
  for (const std::uint32_t one : {static_cast<std::uint32_t>(id), 0U, 0U}) put_integer(out, one);
  return out;
}

class Sockets {
 public:
  Sockets(std::uint16_t port, FuzzPackets& packets) : port_(port), packets_(packets), ear_(connected_socket(port)) {
    for (std::size_t i = 0; i < kSenders; ++i) udp_.push_back(connected_socket(port));
    if (ear_ < 0 || udp_.back() < 0) throw std::runtime_error("no sockets can be opened");
  }
  ~Sockets() {
    for (const int one : udp_) ::close(one);
    for (const int one : open_) ::close(one);
    ::close(ear_);
  }

  void datagrams(std::uint64_t count) {
    for (std::uint64_t i = 1; i <= count; ++i) {
      const auto packet = packets_.next();
      (void)!::send(udp_[packets_.random() % udp_.size()], packet.data(), packet.size(), MSG_DONTWAIT);
      if (i % kBetweenPings == 0 || i == count) await_daemon();
    }
  }

  void streams(std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) {
      one_stream();
      await_daemon();
    }
  }

 private:
  // Everything that came is thrown away, but what names a session: some of the packets then speak to it.
  void hear(int socket) {
    char buffer[65536];
    for (;;) {
      const auto size = recv(socket, buffer, sizeof buffer, MSG_DONTWAIT);
      if (size <= 0) return;
      const std::string_view packet(buffer, static_cast<std::size_t>(size));
      if (address_of(packet) != "/oscine/v1/opened") continue;
      ArgumentReader arguments(packet);
      arguments.integer();
      packets_.set_session(arguments.integer());
    }
  }

  void await_daemon() {
    for (const int one : udp_) hear(one);
    const auto id = ++pings_ & 0xffffff;
    const auto packet = ping(id);
    char buffer[65536];
    for (int tries = 0; tries < kTries; ++tries) {
      (void)!::send(ear_, packet.data(), packet.size(), 0);
      pollfd there{ear_, POLLIN, 0};
      while (poll(&there, 1, kPatienceMs / kTries) > 0) {
        const auto size = recv(ear_, buffer, sizeof buffer, MSG_DONTWAIT);
        if (size > 0 && id_of({buffer, static_cast<std::size_t>(size)}) == id) return;
        if (size <= 0) break;
      }
    }
    throw std::runtime_error("the daemon does not answer");
  }

  int connect_tcp() {
    const int made = socket(AF_INET, SOCK_STREAM, 0);
    const auto to = loopback(port_);
    const timeval wait{kPatienceMs / 1000, 0};
    setsockopt(made, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
    if (made < 0 || connect(made, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
      throw std::runtime_error("the daemon accepts no connection");
    return made;
  }

  /// A few packets in one framing, now and then damaged as a whole, in pieces of any size; then closed, cut off, or
  /// left.
  void one_stream() {
    const int made = connect_tcp();
    const auto framing = packets_.once_in(2) ? protocol::Framing::kSlip : protocol::Framing::kLength;
    std::vector<std::byte> stream;
    for (auto left = 1 + packets_.random() % 6; left > 0; --left) {
      const auto mixed = packets_.once_in(30) ? protocol::Framing::kSlip : framing;
      protocol::frame(mixed, packets_.next(), stream);
    }
    while (packets_.once_in(2) && !stream.empty()) {
      stream[packets_.random() % stream.size()] = static_cast<std::byte>(packets_.random());
    }
    if (packets_.once_in(4)) stream.resize(packets_.random() % (stream.size() + 1));
    write_in_pieces(made, stream);
    leave(made);
  }

  void write_in_pieces(int to, const std::vector<std::byte>& stream) {
    for (std::size_t at = 0; at < stream.size();) {
      const auto piece = packets_.once_in(2) ? stream.size() - at : 1 + packets_.random() % 97;
      const auto done = ::send(to, stream.data() + at, std::min(piece, stream.size() - at), MSG_NOSIGNAL);
      if (done <= 0) return;  // the daemon closed, as it may
      at += static_cast<std::size_t>(done);
      if (packets_.once_in(4)) hear(to);
    }
  }

  void leave(int made) {
    if (packets_.once_in(20)) {  // half-open, for a while
      open_.push_back(made);
      if (open_.size() > 100) {
        ::close(open_.front());
        open_.erase(open_.begin());
      }
      return;
    }
    if (packets_.once_in(3)) {  // a reset
      const linger at_once{1, 0};
      setsockopt(made, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    } else if (packets_.once_in(2)) {
      shutdown(made, SHUT_WR);
    }
    ::close(made);
  }

  std::uint16_t port_;
  FuzzPackets& packets_;
  int ear_;
  std::vector<int> udp_, open_;
  std::int32_t pings_ = 0;
};

int run(char** words, int count) {
  FuzzPackets packets(std::strtoull(words[4], nullptr, 10), {words + 5, words + count});
  Sockets sockets(static_cast<std::uint16_t>(std::atoi(words[1])), packets);
  const auto datagrams = std::strtoull(words[2], nullptr, 10);
  const auto streams = std::strtoull(words[3], nullptr, 10);
  const auto began = std::chrono::steady_clock::now();
  sockets.datagrams(datagrams);
  sockets.streams(streams);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  std::printf("{\"datagrams\": %llu, \"streams\": %llu, \"seconds\": %.2f}\n", datagrams, streams, seconds);
  return 0;
}

}  // namespace

}  // namespace bench

int main(int count, char** words) {
  if (count < 6) {
    std::fprintf(stderr, "usage: bench_fuzz_sockets PORT DATAGRAMS STREAMS SEED FOLDER…\n");
    return 2;
  }
  try {
    return bench::run(words, count);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_fuzz_sockets: %s\n", error.what());
    return 1;
  }
}
