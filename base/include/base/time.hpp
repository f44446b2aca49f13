#pragma once
#include <chrono>
#include <cstdint>

namespace base {

/// Inside the daemon all time is steady: it never jumps, and says nothing about the calendar.
using Clock = std::chrono::steady_clock;
using Time = Clock::time_point;
using Duration = Clock::duration;

/// A count of a session's own units (samples or ticks) since an origin that the host chose.
/// On the wire it is two int32, each exact in a float32: 265 days at 48 kHz (docs/time.md).
struct Position {
  std::int64_t units = 0;

  /// p >> 16; arithmetic, so positions before the origin keep their order.
  constexpr std::int32_t hi() const { return static_cast<std::int32_t>(units >> 16); }
  /// p & 65535: 0..65535.
  constexpr std::int32_t lo() const { return static_cast<std::int32_t>(units & 0xffff); }
  static constexpr Position from_wire(std::int32_t hi, std::int32_t lo) { return {std::int64_t{hi} * 65536 + lo}; }
  friend constexpr auto operator<=>(Position, Position) = default;
};

/// The largest integer magnitude that every host reads exactly: Pd and Max hold float32.
inline constexpr std::int32_t kWireMax = 1 << 24;

}  // namespace base
