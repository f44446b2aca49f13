#pragma once
#include <cmath>
#include <cstdio>
#include <string>

namespace server {

/// A frequency as musicians say it: the nearest note of equal temperament at A4 = 440 Hz, and the rest.
struct Note {
  std::string name;  ///< "A4", "C#3"; middle C is C4, which is note 60
  int cents = 0;     ///< -50..50 above it
};

/// @param hz  above 0; anything else gives no name.
inline Note note_of(double hz) {
  if (!(hz > 0) || !std::isfinite(hz)) return {};
  static constexpr const char* kNames[] = {"C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"};
  const double key = 69 + 12 * std::log2(hz / 440);
  const int nearest = static_cast<int>(std::lround(key));
  const int octave = static_cast<int>(std::floor(nearest / 12.0)) - 1;
  const int degree = nearest - 12 * (octave + 1);
  return {kNames[degree] + std::to_string(octave), static_cast<int>(std::lround(100 * (key - nearest)))};
}

}  // namespace server
