#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace models {

/// One attack.
struct Onset {
  std::int64_t at = 0;  ///< sample at which it begins, from the first one heard
  float strength = 0;   ///< 0..1: how loud the attack is, for a velocity; what rings on from before does not count;
                        ///< straight in decibels, 0.05 at -50 dBFS and below, 1 at 0 dBFS and above
};

/// Finds where percussive sounds begin, as they come, to the sample as well as it can be told. The same onsets, to the
/// bit, whatever the pieces. An onset is where an attack reaches a sixth of its height or stands out of what rings on;
/// what begins within 30 ms after one is part of it. What stays below -60 dBFS is silence. A sound that is there from
/// the first sample on begins with it; one that is cut off brings no onset. Samples that are no numbers count as 0.
/// Memory is bounded by the rate. Thread: one caller at a time.
class Onsets {
 public:
  /// @param rate  samples per second, 8000..192000.
  static std::unique_ptr<Onsets> make(double rate);
  virtual ~Onsets() = default;
  /// Appends the onsets that are certain now, in order. Sound ends by pushing lookahead() zeros.
  virtual void push(std::span<const float> samples, std::vector<Onset>& out) = 0;
  /// As new, with the sensitivity that was set.
  virtual void reset() = 0;
  /// 0..1, 0.5 at first: higher finds softer attacks, and more that are none. Holds for what has not been given yet.
  virtual void set_sensitivity(float value) = 0;
  /// Samples after an onset that must have come before it is given. Constant: 30 ms at the usual rates, 32 at most.
  virtual std::int64_t lookahead() const = 0;
};

}  // namespace models
