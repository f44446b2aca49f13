#pragma once
#include <charconv>
#include <optional>
#include <string>

#include "server/core/chance.hpp"

namespace server {

/// A seed as 64 hex digits.
inline std::string seed_text(const Seed& seed) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (const auto byte : seed) (out += kDigits[byte >> 4]) += kDigits[byte & 15];
  return out;
}

inline std::optional<Seed> seed_of(std::string_view text) {
  Seed seed;
  if (text.size() != 2 * seed.size()) return std::nullopt;
  for (auto& byte : seed) {
    const auto* end = text.data() + 2;
    if (std::from_chars(text.data(), end, byte, 16).ptr != end) return std::nullopt;
    text.remove_prefix(2);
  }
  return seed;
}

}  // namespace server
