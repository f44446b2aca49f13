#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/result.hpp"

namespace models {

/// One channel from one rate to another, as it comes (libsamplerate, its medium sinc: 121 dB, 90 % of the band, a
/// look-ahead of 3 ms at 48 kHz). Sample m of the output stands exactly at input position m · in / out: the filter is
/// symmetric and its delay is taken out again, so no position moves. The output does not depend, to the bit, on how
/// the input was cut into pieces. Equal rates pass through untouched. Thread: one caller at a time.
class Resampler {
 public:
  /// Rates in samples per second, above 0; out / in within 1/256..256, else kMalformed.
  static base::Result<std::unique_ptr<Resampler>> make(double in, double out);
  virtual ~Resampler() = default;
  /// Appends what is ready to `out`. Any number of samples; memory of its own does not grow with it. A NaN spoils what
  /// lies within the look-ahead of it, and nothing else.
  virtual void push(std::span<const float> in, std::vector<float>& out) = 0;
  /// As new.
  virtual void reset() = 0;
  /// Input samples that must have come after the input position of an output sample before it is given (the last
  /// outputs of a sound are had by pushing as much silence after it). Constant; measured when made.
  virtual std::int64_t lookahead() const = 0;
};

}  // namespace models
