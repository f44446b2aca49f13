#pragma once
#include <memory>
#include <span>
#include <vector>

#include "models/card.hpp"

namespace models {

/// Sound into what a network is given, frame by frame (docs/cards.md, "Front ends"). Scratch memory is its own.
/// Thread: one caller at a time.
class FrontEnd {
 public:
  /// @param card  log-mel or mfcc, checked: fft even and at least window, 0 <= min < max, 1 <= coefficients <= mels,
  ///              power 1 or 2, deviation not 0.  @param rate  samples per second of the sound.
  static std::unique_ptr<FrontEnd> make(const FrontEndCard& card, double rate);
  virtual ~FrontEnd() = default;
  /// Numbers of one frame: mels, or coefficients.
  virtual int width() const = 0;
  /// @param samples  [card.window], float32.
  /// @param frame    [width()]; finite also of silence: the logarithm takes 1.2e-38 for it where the card has neither
  ///                 floor nor offset.
  virtual void frame(std::span<const float> samples, std::span<float> frame) = 0;
};

/// waveform: `normalise: frame`, in place: minus its mean, divided by its standard deviation (n − 1, at least 1e-10).
void normalise(std::span<float> window);

}  // namespace models
