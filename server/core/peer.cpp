#include "server/core/peer.hpp"

#include <algorithm>

#include "server/config/endpoint.hpp"

namespace server {

Ip Ip::v4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d) {
  return {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d}};
}

bool Ip::is_v4() const {
  return std::all_of(bytes.begin(), bytes.begin() + 10, [](std::uint8_t b) { return b == 0; }) && bytes[10] == 0xff &&
         bytes[11] == 0xff;
}

bool Ip::is_loopback() const {
  if (is_v4()) return bytes[12] == 127;
  return std::all_of(bytes.begin(), bytes.begin() + 15, [](std::uint8_t b) { return b == 0; }) && bytes[15] == 1;
}

std::string Ip::text() const { return address_text(bytes); }

std::optional<Ip> Ip::parse(const std::string& text) {
  const auto bytes = parse_address(text);
  return bytes ? std::optional<Ip>(Ip{*bytes, 0}) : std::nullopt;
}

std::string Peer::text() const {
  const std::string host = ip.is_v4() ? ip.text() : "[" + ip.text() + "]";
  return host + ":" + std::to_string(port) + (tcp() ? " (tcp)" : "");
}

}  // namespace server
