#pragma once
#include <cstdint>

namespace server {

/// Counters of messages and events run 1, 2 … 2^24 - 1 and then from 1 again; 0 means none.
inline constexpr std::int32_t kSequenceMask = 0xffffff;

constexpr std::int32_t next_in_sequence(std::int32_t seq) { return seq >= kSequenceMask ? 1 : seq + 1; }

/// How far `seq` is ahead of `from`, by half range: negative where it is behind.
constexpr std::int32_t ahead_of(std::int32_t seq, std::int32_t from) {
  const std::int32_t distance = (seq - from) & kSequenceMask;
  return distance > kSequenceMask / 2 ? distance - kSequenceMask - 1 : distance;
}

}  // namespace server
