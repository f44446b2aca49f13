#include "server/config/endpoint.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

#include "server/config/yaml.hpp"

namespace server {
namespace {

constexpr Address kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0};
constexpr std::string_view kPortExpected = "a port from 0 to 65535";

base::Error malformed(std::string text) { return {base::ErrorCode::kMalformed, std::move(text)}; }

bool is_mapped(const Address& address) { return std::equal(kMapped.begin(), kMapped.begin() + 12, address.begin()); }

/// Digits only, no leading zero.
std::optional<int> parse_number(std::string_view text, int max) {
  int value = 0;
  if (text.empty() || (text.size() > 1 && text.front() == '0')) return std::nullopt;
  if (text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || value > max) return std::nullopt;
  return value;
}

struct Split {
  std::string_view host, port;
};

/// "host:port", "[v6]:port", "port" (host empty). Nothing where brackets do not match.
std::optional<Split> split(std::string_view text) {
  if (text.starts_with('[')) {
    const auto close = text.find("]:");
    if (close == std::string_view::npos) return std::nullopt;
    const Split parts{text.substr(1, close - 1), text.substr(close + 2)};
    return parts.host.find(':') == std::string_view::npos ? std::nullopt : std::optional(parts);
  }
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return Split{"", text};
  if (colon == 0 || text.find(':', colon + 1) != std::string_view::npos) return std::nullopt;
  return Split{text.substr(0, colon), text.substr(colon + 1)};
}

/// True when the first `bits` of both are the same.
bool same_prefix(const Address& a, const Address& b, int bits) {
  const auto whole = static_cast<std::size_t>(bits / 8);
  if (!std::equal(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(whole), b.begin())) return false;
  const int rest = bits % 8;
  return rest == 0 || ((a[whole] ^ b[whole]) >> (8 - rest)) == 0;
}

Address masked(const Address& address, int bits) {
  Address result{};
  for (int bit = 0; bit < bits; ++bit) {
    const auto byte = static_cast<std::size_t>(bit / 8);
    result[byte] = static_cast<std::uint8_t>(result[byte] | (address[byte] & (0x80 >> (bit % 8))));
  }
  return result;
}

/// Whether opening `wide` on a port takes that port of `host` too. "" is 127.0.0.1 and ::1.
bool covers(const std::string& wide, const std::string& host) {
  if (wide == host) return true;
  const bool v6 = host.find(':') != std::string::npos;
  if (wide.empty()) return host == "127.0.0.1" || host == "::1";
  if (wide == "0.0.0.0") return host.empty() || !v6;
  if (wide == "::") return host.empty() || v6;  // opened for IPv6 only
  return false;
}

}  // namespace

std::optional<Address> parse_address(std::string_view text) {
  if (text.size() > 45 || text.find('\0') != std::string_view::npos) return std::nullopt;
  const std::string zero_ended(text);
  Address address = kMapped;
  if (inet_pton(AF_INET, zero_ended.c_str(), address.data() + 12) == 1) return address;
  if (inet_pton(AF_INET6, zero_ended.c_str(), address.data()) == 1) return address;
  return std::nullopt;
}

std::string address_text(const Address& address) {
  char text[INET6_ADDRSTRLEN] = "";
  const bool v4 = is_mapped(address);
  inet_ntop(v4 ? AF_INET : AF_INET6, address.data() + (v4 ? 12 : 0), text, sizeof text);
  return text;
}

bool is_loopback(const Address& address) {
  constexpr Address kLoopback6{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  return address == kLoopback6 || (is_mapped(address) && address[12] == 127);
}

bool is_loopback(const Endpoint& endpoint) {
  if (endpoint.host.empty()) return true;
  const auto address = parse_address(endpoint.host);
  return address && is_loopback(*address);
}

bool is_allowed(const Address& address, std::span<const Range> ranges) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [&](const Range& range) { return same_prefix(address, range.address, range.bits); });
}

base::Result<Range> parse_range(const std::string& text) {
  const std::string expected = " is no address range; '192.168.1.0/24', 'fe80::/10' or one address is expected";
  const auto slash = text.find('/');
  const auto address = parse_address(std::string_view(text).substr(0, slash));
  if (!address) return malformed(in_quotes(text) + expected);
  // A mapped address written out ("::ffff:10.0.0.0/104") counts its bits as IPv6.
  const bool v4 = text.find(':') == std::string::npos;
  Range range{*address, 128, text};
  if (slash != std::string::npos) {
    const auto bits = parse_number(std::string_view(text).substr(slash + 1), v4 ? 32 : 128);
    if (!bits) return malformed(in_quotes(text) + expected);
    range.bits = v4 ? 96 + *bits : *bits;
  }
  const Address base = masked(*address, range.bits);
  if (base != *address) {
    return malformed(in_quotes(text) + " has bits behind its prefix; did you mean '" + address_text(base) +
                     text.substr(slash) + "'?");
  }
  return range;
}

base::Result<Endpoint> parse_endpoint(const std::string& text) {
  const auto parts = split(text);
  if (!parts) {
    return malformed(in_quotes(text) +
                     " is no address with a port; '7770', '127.0.0.1:7770' or '[::1]:7770' is expected");
  }
  const auto port = parse_number(parts->port, 65535);
  if (!port) return malformed(in_quotes(text) + " names no port; " + std::string(kPortExpected) + " is expected");
  Endpoint endpoint{"", static_cast<std::uint16_t>(*port)};
  if (parts->host.empty() || parts->host == "localhost") return endpoint;
  const auto address = parse_address(parts->host);
  if (!address) {
    return malformed(in_quotes(text) + " names no address; numbers ('192.168.1.20:7770') or 'localhost' are expected");
  }
  endpoint.host = address_text(*address);
  return endpoint;
}

base::Result<Destination> parse_destination(const std::string& text) {
  const std::string expected = "; '127.0.0.1:7771', 'sender:8000' or 'sender' is expected";
  if (text == "sender") return Destination{true, "", 0};
  const auto parts = split(text);
  const auto port = parts ? parse_number(parts->port, 65535) : std::nullopt;
  if (!port || *port == 0) return malformed(in_quotes(text) + " names no port from 1 to 65535" + expected);
  const auto number = static_cast<std::uint16_t>(*port);
  if (parts->host == "sender") return Destination{true, "", number};
  if (parts->host.empty() || parts->host == "localhost") return Destination{false, "127.0.0.1", number};
  const auto address = parse_address(parts->host);
  if (!address) return malformed(in_quotes(text) + " names no address" + expected);
  const std::string host = address_text(*address);
  if (host == "0.0.0.0" || host == "::") return malformed(in_quotes(text) + " is no address to send to" + expected);
  return Destination{false, host, number};
}

bool clash(const Endpoint& a, const Endpoint& b) {
  return a.port != 0 && a.port == b.port && (covers(a.host, b.host) || covers(b.host, a.host));
}

}  // namespace server
