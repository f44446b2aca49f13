#include "support/world.hpp"

#include <gtest/gtest.h>

#include <charconv>

namespace support {

namespace {

std::string decimal(double value) {
  char digits[64];
  std::string out(digits, std::to_chars(digits, digits + sizeof digits, static_cast<float>(value)).ptr);
  return out.find_first_of(".en") == std::string::npos ? out + "." : out;
}

struct Text {
  std::string operator()(std::int32_t value) const { return std::to_string(value); }
  std::string operator()(float value) const { return decimal(static_cast<double>(value)); }
  std::string operator()(std::string_view value) const { return "'" + std::string(value) + "'"; }
  std::string operator()(const protocol::Blob& value) const { return "<" + std::to_string(value.bytes.size()) + ">"; }
  template <class Other>
  std::string operator()(const Other&) const {
    return "a type that is never sent";
  }
};

// Values that fail a test where a packet is not what the daemon may send.
std::vector<protocol::Argument> arguments_of(protocol::Bytes packet, std::string& address) {
  std::vector<protocol::Argument> out;
  protocol::Malformed why;
  if (!protocol::validate(packet, {.bytes = 1 << 24}, why)) {
    ADD_FAILURE() << "the daemon sent what is no OSC: " << why.reason;
    return out;
  }
  protocol::Reader reader;
  reader.read(packet, [&](const protocol::MessageView& message) {
    address = message.address;
    out.assign(message.arguments.begin(), message.arguments.end());
  });
  return out;
}

}  // namespace

std::string text_of(protocol::Bytes packet) {
  std::string address;
  const auto arguments = arguments_of(packet, address);
  if (address.starts_with(protocol::kPrefix)) address.erase(0, protocol::kPrefix.size());
  for (const auto& argument : arguments) address += " " + std::visit(Text{}, argument);
  return address;
}

double number_in(protocol::Bytes packet, std::size_t n) {
  std::string address;
  const auto arguments = arguments_of(packet, address);
  if (n >= arguments.size()) return 0;
  if (const auto* i = std::get_if<std::int32_t>(&arguments[n])) return *i;
  if (const auto* f = std::get_if<float>(&arguments[n])) return static_cast<double>(*f);
  return 0;
}

server::Peer local(std::uint16_t port) { return {server::Ip::loopback(), port, 7770, 0}; }
server::Peer tcp(std::uint64_t connection) {
  return {server::Ip::loopback(), static_cast<std::uint16_t>(40000 + connection), 7770, connection};
}
server::Peer remote(std::uint8_t last, std::uint16_t port) {
  return {server::Ip::v4(192, 168, 1, last), port, 7770, 0};
}

server::Config plain_config() {
  server::Config config;
  config.models = {fake_model("sum"), counter(), amplifier()};
  return config;
}

server::Config hearing_config() {
  auto config = plain_config();
  config.models.push_back(loudness());
  return config;
}

World::World(server::Config config) : World(std::move(config), Models::kLoaded) {}

World::World(server::Config config, Models models) : World(std::move(config), models, {}) {}

World::World(server::Config config, const server::Inheritance& inherited)
    : World(std::move(config), Models::kLoaded, inherited) {}

World::World(server::Config config, Models models, const server::Inheritance& inherited)
    : workers(clock, 1, static_cast<std::size_t>(config.limits.queue)),
      daemon(std::move(config), {.link = link,
                                 .workers = workers,
                                 .background = background,
                                 .log = log,
                                 .now = [this] { return clock.now(); },
                                 .quit = [this] { quit_asked = true; },
                                 .keeper = &keeper,
                                 .calendar = [this] { return calendar; }}) {
  daemon.inherit(inherited);
  background.held = models == Models::kLoading;
  daemon.start();
  settle();
}

Heard World::packet(const Packet& packet, bool alone) {
  daemon.receive(speaker_, bytes(packet), alone);
  settle();
  return heard();
}

Heard World::heard() {
  Heard out;
  for (; heard_ < link.sent.size(); ++heard_) out.push_back(text_of(link.sent[heard_].packet));
  return out;
}

Heard World::heard_where() {
  Heard out;
  for (; heard_ < link.sent.size(); ++heard_) {
    out.push_back(link.sent[heard_].to.text() + " " + text_of(link.sent[heard_].packet));
  }
  return out;
}

World::Greeted World::hello(const std::string& name, int reply_port) {
  const auto answer = send("/oscine/v1/hello", 1, reply_port, name);
  EXPECT_EQ(answer.size(), 1U);
  EXPECT_TRUE(answer.empty() || answer.front().starts_with("/hello.reply")) << answer.front();
  if (link.sent.empty()) return {};
  const auto& packet = link.sent.back().packet;
  const auto whole = [&packet](std::size_t n) { return static_cast<std::int32_t>(number_in(packet, n)); };
  return {whole(1), whole(2), whole(6)};
}

std::int32_t World::open(const std::string& model, const std::string& method, double rate) {
  const int id = 1000 + ++opens_;  // the same bytes again would be the same session
  const auto answer = send("/oscine/v1/open", id, model, method, rate, "samples");
  const bool opened = !answer.empty() && answer.back().starts_with("/opened ");
  EXPECT_TRUE(opened) << (answer.empty() ? "no answer" : answer.back());
  return opened ? static_cast<std::int32_t>(number_in(link.sent.back().packet, 1)) : 0;
}

Heard World::run(std::int32_t session, float x, float y, int id) {
  return send("/oscine/v1/run", id, session, 0, 0, static_cast<double>(x), static_cast<double>(y));
}

void World::settle() {
  bool moved = true;
  while (moved) {
    moved = false;
    while (!background.held && background.step()) moved = true;
    while (!workers.held && workers.step()) moved = true;
  }
}

void World::advance(base::Duration by) {
  const auto end = clock.now() + by;
  while (daemon.next_due() <= end) {
    clock.set(std::max(clock.now(), daemon.next_due()));
    daemon.run_due();
    settle();
  }
  clock.set(end);
}

}  // namespace support
