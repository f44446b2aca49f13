#include "server/record/packet_text.hpp"

#include <algorithm>

#include "server/cli/text.hpp"

namespace server {

namespace {

struct ArgumentText {
  std::string operator()(std::int32_t value) const { return std::to_string(value); }
  std::string operator()(std::int64_t value) const { return std::to_string(value); }
  std::string operator()(float value) const { return number_text(value); }
  std::string operator()(double value) const { return number_text(static_cast<float>(value)); }
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(std::string_view value) const { return '"' + printable(value) + '"'; }
  std::string operator()(const protocol::Blob& value) const {
    return "<" + std::to_string(value.bytes.size()) + " bytes>";
  }
  std::string operator()(const protocol::TimeTag&) const { return "<time>"; }
  std::string operator()(const protocol::Nil&) const { return "nil"; }
  std::string operator()(const protocol::Impulse&) const { return "impulse"; }
  std::string operator()(const protocol::Other& value) const { return std::string("<") + value.tag + ">"; }
};

}  // namespace

std::string message_text(const protocol::MessageView& message, std::size_t most, const std::set<std::size_t>& hidden) {
  std::string out = printable(message.address);
  const auto shown = std::min(most, message.arguments.size());
  for (std::size_t n = 0; n < shown; ++n) {
    out += " " + (hidden.contains(n) ? "*" : std::visit(ArgumentText{}, message.arguments[n]));
  }
  if (shown < message.arguments.size()) out += " … (" + std::to_string(message.arguments.size()) + ")";
  return out;
}

std::string packet_text(protocol::Bytes packet, std::size_t most) {
  protocol::Malformed why;
  if (!protocol::validate(packet, kWidest, why)) {
    return std::to_string(packet.size()) + " bytes that are no OSC: " + printable(why.reason);
  }
  std::string out;
  protocol::Reader().read(packet, [&](const protocol::MessageView& message) {
    out += (out.empty() ? "" : " | ") + message_text(message, most, {});
  });
  return out.empty() ? "an empty bundle" : out;
}

}  // namespace server
