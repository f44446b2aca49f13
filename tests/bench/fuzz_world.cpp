#include "fuzz_world.hpp"

#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include "wire.hpp"

namespace bench {

namespace {

constexpr char kConfig[] = R"(
listen: [7770, 8001]
allow: [192.168.7.0/24]
allow_quit: true
lease_seconds: 5
model_folders: [.]
models:
  synth-params: {kind: params, engine: fake, inputs: [x, y], outputs: [pitch, filter], trusted: true}
  counter: {kind: params, engine: fake, state: session, inputs: 3, outputs: 2, options: {does: count},
            attributes: [{name: gain, types: f, min: 0, max: 2, default: 1}]}
  stumbling: {kind: params, engine: fake, inputs: 2, outputs: 1, options: {does: throw, when: "0.25"}}
  loudness: {kind: classifier, engine: fake, modelRate: 8000, window: 800, hop: 4000, labels: [quiet, loud],
             shape: [1, samples], options: {does: loud}}
  melody: {kind: melody, engine: fake, melody: {pitches: [48, 72], rest: true, durations: [0.25, 0.5, 1, 2], state: 2}}
  wrong: {kind: params, engine: fake, inputs: 2, outputs: 2, options: {does: nan, when: "0.25"}}
aliases:
  /synth/update: {model: synth-params, send: {pitch: /synth/pitch, filter: /synth/filter}, to: "127.0.0.1:7771"}
  /synth/update@8001: {model: synth-params, send: {pitch: /synth/pitch}, to: "sender:8000"}
limits: {clients: 12, sessions: 32, queue: 16}
)";

const server::Ip kStranger = server::Ip::v4(10, 0, 0, 1);

[[noreturn]] void broken(const char* promise) {
  std::fprintf(stderr, "bench_fuzz: %s\n", promise);
  std::abort();
}

std::vector<server::Peer> senders() {
  std::vector<server::Peer> out;
  const auto loopback6 = *server::Ip::parse("::1");
  for (std::uint16_t i = 0; i < 16; ++i) {
    const auto host = i % 3 == 0 ? server::Ip::loopback() : i % 3 == 1 ? server::Ip::v4(192, 168, 7, 9) : loopback6;
    const auto local = static_cast<std::uint16_t>(i % 2 == 0 ? 7770 : 8001);
    out.push_back({host, static_cast<std::uint16_t>(40000 + i), local, i % 5 == 0 ? std::uint64_t{i} + 1 : 0});
  }
  out.push_back({kStranger, 9000, 7770, 0});
  return out;
}

}  // namespace

void CheckingLink::send(const server::Peer& to, protocol::Bytes packet) {
  ++sent_;
  protocol::Malformed why;
  if (!protocol::validate(packet, {}, why)) broken("an answer is no OSC");
  if (!to.tcp() && packet.size() > 8192) broken("an answer by UDP is longer than any mtu");
  if (to.ip == stranger_) broken("something was sent to one who may not ask");
  const std::string_view text(reinterpret_cast<const char*>(packet.data()), packet.size());
  constexpr std::string_view kOpened = "/oscine/v1/opened";
  if (address_of(text) == kOpened && packet.size() > 40) {
    // address 20, ",iiiiiiif" 12, id 4: then the session
    std::uint32_t wire = 0;
    std::memcpy(&wire, packet.data() + 36, sizeof wire);
    opened_(static_cast<std::int32_t>(ntohl(wire)));
  }
}

FuzzWorld::FuzzWorld(FuzzPackets& packets)
    : packets_(packets),
      senders_(senders()),
      link_(kStranger, [this](std::int32_t session) { packets_.set_session(session); }) {
  auto config = server::parse_config(kConfig, std::filesystem::temp_directory_path() / "oscine-fuzz" / "fuzz.yaml");
  if (!config) throw std::runtime_error(config.error().message);
  daemon_ = std::make_unique<server::Daemon>(
      std::move(*config),
      server::Parts{link_, workers_, background_, *log_, [this] { return clock_.now(); }, [this] { ++quits_; }});
  daemon_->start();
  while (background_.step()) {
  }
}

server::Peer FuzzWorld::sender() {
  auto from = senders_[packets_.random() % senders_.size()];
  if (packets_.once_in(200) && !from.tcp()) from.port = static_cast<std::uint16_t>(packets_.random() % 65535 + 1);
  return from;
}

void FuzzWorld::receive(protocol::Bytes packet) {
  daemon_->receive(sender(), packet, packets_.once_in(2));
  if (packets_.once_in(60)) workers_.step();
  if (packets_.once_in(20000)) background_.step();
  if (packets_.once_in(5000)) daemon_->disconnected(senders_[5 * (packets_.random() % 4)]);
  pass_time();
}

void FuzzWorld::pass_time() {
  clock_.advance(std::chrono::microseconds(packets_.random() % 2000));
  if (packets_.once_in(20000)) clock_.advance(std::chrono::seconds(7));  // leases end
  if (daemon_->next_due() <= clock_.now()) daemon_->run_due();
}

}  // namespace bench
