#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace server {

/// An IPv6 address; IPv4 is kept mapped into it (::ffff:a.b.c.d).
struct Ip {
  std::array<std::uint8_t, 16> bytes{};
  std::uint32_t scope = 0;  ///< interface of a link-local IPv6 address

  static Ip v4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d);
  static Ip loopback() { return v4(127, 0, 0, 1); }
  bool is_v4() const;
  bool is_loopback() const;
  /// Who it is, whichever way it came: every loopback address counts as 127.0.0.1.
  Ip identity() const { return is_loopback() ? loopback() : *this; }
  std::string text() const;
  /// "127.0.0.1", "::1"; nothing where the text is no numeric address.
  static std::optional<Ip> parse(const std::string& text);
  friend bool operator==(const Ip&, const Ip&) = default;
  friend auto operator<=>(const Ip&, const Ip&) = default;
};

/// Where a packet came from, or goes to.
struct Peer {
  Ip ip;
  std::uint16_t port = 0;
  std::uint16_t local_port = 0;  ///< the port of ours that it came in by; 0: any
  std::uint64_t connection = 0;  ///< TCP: the connection's number; 0: UDP

  bool tcp() const { return connection != 0; }
  /// "127.0.0.1:7771", "[::1]:7771", "127.0.0.1:7771 (tcp)".
  std::string text() const;
  /// The same host, at another port, by UDP.
  Peer at(std::uint16_t other) const { return {ip, other, local_port, 0}; }
  friend bool operator==(const Peer&, const Peer&) = default;
};

/// A UDP sender or receiver, as a key of maps.
struct EndpointKey {
  Ip ip;
  std::uint16_t port;
  friend auto operator<=>(const EndpointKey&, const EndpointKey&) = default;
};
inline EndpointKey key_of(const Peer& peer) { return {peer.ip.identity(), peer.port}; }

}  // namespace server
