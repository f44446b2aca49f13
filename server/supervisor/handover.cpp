#include "server/supervisor/handover.hpp"

#include <algorithm>

#include "protocol/framing.hpp"

namespace server {

namespace {

using base::Error;
using base::ErrorCode;

constexpr std::size_t kMost = 64U << 20;

Error broken() { return {ErrorCode::kMalformed, "what the supervisor handed over cannot be read"}; }

/// The arguments of a message, one after the other. What is not there or not of this type makes the whole one bad.
class Arguments {
 public:
  explicit Arguments(const protocol::MessageView& message) : message_(message) {}
  std::int32_t integer() {
    const auto* value = next<std::int32_t>();
    return value == nullptr ? 0 : *value;
  }
  std::string text() {
    const auto* value = next<std::string_view>();
    return value == nullptr ? std::string() : std::string(*value);
  }
  std::vector<std::byte> blob() {
    const auto* value = next<protocol::Blob>();
    return value == nullptr ? std::vector<std::byte>() : std::vector(value->bytes.begin(), value->bytes.end());
  }
  bool good() const { return good_; }

 private:
  template <class T>
  const T* next() {
    const T* value = at_ < message_.arguments.size() ? std::get_if<T>(&message_.arguments[at_]) : nullptr;
    ++at_;
    good_ = good_ && value != nullptr;
    return value;
  }
  const protocol::MessageView& message_;
  std::size_t at_ = 0;
  bool good_ = true;
};

bool take(const protocol::MessageView& message, Handover& out) {
  Arguments arguments(message);
  if (message.address == "/config") {
    const auto text = arguments.blob();
    out.config.assign(reinterpret_cast<const char*>(text.data()), text.size());
  } else if (message.address == "/aside") {
    auto model = arguments.text();
    out.inherited.aside[std::move(model)] = arguments.text();
  } else if (message.address == "/known") {
    out.inherited.known.insert(arguments.text());
  } else if (message.address == "/restarts") {
    out.inherited.restarts = arguments.integer();
  } else if (message.address == "/client") {
    auto client = read_client(message);
    if (!client) return false;
    out.inherited.clients.push_back(std::move(*client));
  }
  return arguments.good();
}

}  // namespace

void write(const KnownClient& client, protocol::Writer& writer) {
  writer.begin("/client").integer(client.number).integer(client.key).integer(client.implied ? 1 : 0);
  writer.blob(std::as_bytes(std::span(client.home.ip.bytes))).integer(client.home.port).integer(client.home.local_port);
  writer.integer(client.reply_port).integer(client.door).integer(client.mtu).text(client.name);
  writer.integer(static_cast<std::int64_t>(client.home.ip.scope & 0xffffff)).integer(client.shown ? 1 : 0);
}

base::Result<KnownClient> read_client(const protocol::MessageView& message) {
  Arguments arguments(message);
  KnownClient client;
  client.number = arguments.integer();
  client.key = arguments.integer();
  client.implied = arguments.integer() == 1;
  const auto ip = arguments.blob();
  client.home.port = static_cast<std::uint16_t>(arguments.integer());
  client.home.local_port = static_cast<std::uint16_t>(arguments.integer());
  client.reply_port = static_cast<std::uint16_t>(arguments.integer());
  client.door = static_cast<std::uint16_t>(arguments.integer());
  client.mtu = arguments.integer();
  client.name = arguments.text();
  client.home.ip.scope = static_cast<std::uint32_t>(arguments.integer());
  client.shown = arguments.integer() == 1;
  if (!arguments.good() || ip.size() != client.home.ip.bytes.size()) return broken();
  std::transform(ip.begin(), ip.end(), client.home.ip.bytes.begin(),
                 [](std::byte b) { return std::to_integer<std::uint8_t>(b); });
  return client;
}

std::vector<std::byte> pack(const Handover& handover) {
  std::vector<std::byte> out;
  protocol::Writer writer;
  const auto add = [&] { protocol::frame(protocol::Framing::kLength, writer.end(), out); };
  writer.begin("/config").blob(std::as_bytes(std::span(handover.config)));
  add();
  writer.begin("/restarts").integer(handover.inherited.restarts);
  add();
  for (const auto& [model, why] : handover.inherited.aside) {
    writer.begin("/aside").text(model).text(why);
    add();
  }
  for (const auto& key : handover.inherited.known) {
    writer.begin("/known").text(key);
    add();
  }
  for (const auto& client : handover.inherited.clients) {
    write(client, writer);
    add();
  }
  return out;
}

base::Result<Handover> unpack_handover(std::span<const std::byte> bytes) {
  Handover out;
  bool good = true;
  protocol::StreamDecoder decoder(kMost);
  protocol::Reader reader;
  const auto fed = decoder.feed(bytes, [&](protocol::Bytes packet) {
    protocol::Limits limits;
    limits.bytes = kMost;
    protocol::Malformed why;
    good = good && protocol::validate(packet, limits, why);
    if (good) reader.read(packet, [&](const auto& message) { good = take(message, out) && good; });
  });
  if (!fed || !good || decoder.pending() != 0) return broken();
  return out;
}

}  // namespace server
