#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace protocol {

using Bytes = std::span<const std::byte>;

/// What a packet may hold. Whatever is larger is refused, with a sentence.
struct Limits {
  std::size_t bytes = 65535;      ///< one packet, all of it
  std::size_t depth = 8;          ///< bundles within bundles
  std::size_t messages = 4096;    ///< in one packet, through all bundles
  std::size_t arguments = 32768;  ///< in one message
  std::size_t address = 255;      ///< bytes of an address, without its zero
};

/// Why a packet is no OSC, and who may be told.
struct Malformed {
  std::string reason;   ///< one sentence
  std::string address;  ///< of the message at fault; empty where it could not be read
  std::int32_t id = 0;  ///< its first argument, where that is an integer that could be read; otherwise 0
  bool has_id = false;
};

/// Walks a packet by plain arithmetic: sizes, padding, nesting, counts, type tags against data, NaN and infinities.
/// Must come before any library sees a byte: what passes here is safe for oscpack 1.1.0 (which three small packets
/// stop). Allocates only for the reason it gives. Thread: [any].
/// @return true when the packet is well formed; otherwise `why` is filled.
[[nodiscard]] bool validate(Bytes packet, const Limits& limits, Malformed& why);

}  // namespace protocol
