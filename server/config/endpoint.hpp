#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "server/config/config.hpp"

namespace server {

/// An IPv6 address in network order; IPv4 mapped into it (::ffff:a.b.c.d), so that both compare as one.
using Address = std::array<std::uint8_t, 16>;

/// "127.0.0.1", "::1", "::ffff:10.0.0.5"; nothing else (no names, no zones). Thread: [any].
std::optional<Address> parse_address(std::string_view text);

/// The usual short form; a mapped address as IPv4.
std::string address_text(const Address& address);

/// 127.0.0.0/8 and ::1.
bool is_loopback(const Address& address);

/// True when `address` lies in one of the ranges. Loopback lies in none unless one says so: ask is_loopback too.
bool is_allowed(const Address& address, std::span<const Range> ranges);

/// "192.168.1.0/24", "fe80::/10", "10.0.0.5". Fails: kMalformed; bits set behind the prefix are refused.
base::Result<Range> parse_range(const std::string& text);

/// "127.0.0.1:7771", "7771" (on this machine), "sender:8000", "sender". Fails: kMalformed.
base::Result<Destination> parse_destination(const std::string& text);

/// Both cannot be opened at once: the same port on addresses that overlap. Port 0 never clashes.
bool clash(const Endpoint& a, const Endpoint& b);

/// True where only this machine can reach it.
bool is_loopback(const Endpoint& endpoint);

}  // namespace server
