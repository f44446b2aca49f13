// Any packets, from several peers, with time going on: the daemon never crashes, never says anything that is no OSC or
// larger than it may be, never to anyone but those who asked or who the configuration names, and never more than it
// should.
//
// An input is one packet; or, where it begins with 'M', records of: a peer (1 byte), milliseconds to go on before it
// (1 byte), a length (2 bytes, high first), and so many bytes.
#include <cstdlib>
#include <set>
#include <string>

#include "server/core/daemon.hpp"
#include "support/fakes.hpp"
#include "support/melodies.hpp"
#include "support/models.hpp"
#include "support/osc.hpp"

namespace {

using namespace std::chrono_literals;
using server::Peer;

void require(bool holds) {
  if (!holds) std::abort();
}

// The kept events; the windows of ten seconds of silence; the notes up to the horizon.
constexpr std::size_t kAnswersPerMessage = 300 + server::Planning::kMost + server::Planning::kCalls;

server::Config config() {
  server::Config made;
  made.models = {support::fake_model("sum"), support::counter(),
                 support::amplifier(),       support::loudness(),
                 support::fake_melody(),     support::fake_model("broken", {{"does", "nan"}, {"when", "1"}})};
  made.models.front().trusted = true;
  made.limits.inline_budget = 1s;
  made.limits.queue = 8;
  made.limits.sessions = 8;
  made.limits.clients = 4;
  made.lease = 1s;
  made.aliases = {support::alias_of("/synth/update", "sum"), support::alias_of("/synth/broken", "broken")};
  made.aliases.back().to = {true, "", 8000};
  return made;
}

Peer peer(unsigned number) {
  const auto port = static_cast<std::uint16_t>(5000 + number % 6);
  if (number % 16 == 15) return {server::Ip::v4(10, 0, 0, 1), port, 7770, 0};  // a stranger
  return {server::Ip::loopback(), port, 7770, number % 4 == 3 ? std::uint64_t{1} + number % 6 : 0};
}

/// A daemon, and all that it said checked. It lives through all inputs, since loading models takes longer than an
/// input; between two of them all clients leave and all leases end.
class World {
 public:
  World() {
    daemon_.start();
    work();
  }

  void begin() { messages_ = said_ = due_ = 0; }

  void packet(unsigned from, std::chrono::milliseconds after, protocol::Bytes bytes) {
    advance(after);
    spoke_.insert(from);
    packet_.assign(bytes.begin(), bytes.end());
    fill_in();
    const auto before = daemon_.metrics().packets;
    daemon_.receive(peer(from), packet_, from % 2 == 0);
    require(daemon_.metrics().packets == before + 1);
    messages_ += 1 + bytes.size() / 12;  // an element of a bundle takes twelve bytes at least
    if (from % 8 < 6) work();
    check();
  }

  /// Everything is answered, everybody leaves, leases end, and nothing is left.
  void finish() {
    work();
    for (const unsigned from : std::exchange(spoke_, {})) packet(from, 0ms, support::bytes(bye_));
    for (const auto& [name, item] : daemon_.catalog().items()) {
      if (!item.served && name != "broken") packet(0, 0ms, support::bytes(support::osc("/oscine/v1/load", 0, name)));
    }
    advance(5s);
    work();
    check();
    require(daemon_.drained());
    for (const auto& [number, client] : daemon_.clients().all()) require(client->sessions.empty());
    require(daemon_.clients().all().size() <= 4);
    for (std::uint64_t connection = 1; connection <= 6; ++connection) {
      daemon_.disconnected({server::Ip::loopback(), 0, 7770, connection});
    }
  }

 private:
  void work() {
    while (background_.step() || workers_.step()) {
    }
  }

  void advance(base::Duration by) {
    const auto end = clock_.now() + by;
    while (daemon_.next_due() <= end) {
      clock_.set(std::max(clock_.now(), daemon_.next_due()));
      daemon_.run_due();
      ++due_;
      work();
    }
    clock_.set(end);
  }

  void check() {
    for (const auto& sent : link_.sent) {
      protocol::Malformed why;
      require(protocol::validate(sent.packet, {.bytes = 1 << 22}, why));
      require(sent.to.ip.is_loopback());
      require(sent.to.tcp() || sent.packet.size() <= 8192);
      remember(sent.packet);
    }
    said_ += link_.sent.size();
    link_.sent.clear();
    require(said_ <= kAnswersPerMessage * messages_ + 64 * due_);
  }

  // Numbers that the daemon chose by chance stand in an input as "\0SES", "\0CLI" and "\0KEY".
  void remember(protocol::Bytes packet) {
    reader_.read(packet, [this](const protocol::MessageView& message) {
      const auto number = [&](std::size_t n) {
        return static_cast<std::uint32_t>(std::get<std::int32_t>(message.arguments[n]));
      };
      if (message.address == "/oscine/v1/opened") session_ = number(1);
      if (message.address == "/oscine/v1/hello.reply") client_ = number(1), key_ = number(6);
    });
  }
  void fill_in() {
    for (std::size_t at = 0; at + 4 <= packet_.size(); at += 4) {
      const std::string_view word(reinterpret_cast<const char*>(packet_.data()) + at, 4);
      const auto* number = word == std::string_view("\0SES", 4)   ? &session_
                           : word == std::string_view("\0CLI", 4) ? &client_
                           : word == std::string_view("\0KEY", 4) ? &key_
                                                                  : nullptr;
      if (number != nullptr) support::word(*number).copy(reinterpret_cast<char*>(packet_.data()) + at, 4);
    }
  }

  support::VirtualClock clock_;
  support::RecordingLink link_{clock_};
  std::unique_ptr<server::Log> log_ = server::Log::quiet();
  support::ManualWorkers workers_{clock_, 1, 8};
  support::ManualBackground background_;
  server::Daemon daemon_{config(), {link_, workers_, background_, *log_, [this] { return clock_.now(); }, [] {}}};
  protocol::Reader reader_;
  std::vector<std::byte> packet_;
  std::set<unsigned> spoke_;
  std::string bye_ = support::osc("/oscine/v1/bye", 0);
  std::uint32_t session_ = 0, client_ = 0, key_ = 0;
  std::size_t messages_ = 0, said_ = 0, due_ = 0;
};

void records(World& world, protocol::Bytes data) {
  const auto at = [&data](std::size_t n) { return std::to_integer<unsigned>(data[n]); };
  while (data.size() >= 4) {
    const auto from = at(0);
    const std::chrono::milliseconds after{at(1)};
    const auto size = std::min<std::size_t>(at(2) << 8 | at(3), data.size() - 4);
    world.packet(from, after, data.subspan(4, size));
    data = data.subspan(4 + size);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const protocol::Bytes bytes{reinterpret_cast<const std::byte*>(data), size};
  static World world;
  world.begin();
  if (size > 0 && data[0] == 'M') {
    records(world, bytes.subspan(1));
  } else {
    world.packet(0, 0ms, bytes);
  }
  world.finish();
  return 0;
}
