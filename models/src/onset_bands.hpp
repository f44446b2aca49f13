#pragma once
#include <array>
#include <cstddef>
#include <memory>
#include <span>

namespace models {

/// Energy in each of 25 bands, about as wide as the ear's critical bands; a sine of amplitude 1 has 1. Bands above half
/// the rate have none.
using BandEnergies = std::array<double, 25>;

/// The energies of short stretches of sound. Thread: one caller at a time.
class OnsetBands {
 public:
  explicit OnsetBands(double rate);
  ~OnsetBands();
  /// Samples from one stretch to the next: about 3 ms, and such that four hops suit the FFT.
  std::size_t hop() const;
  /// How many bins of the spectrum a band gathers; 0 when it is above half the rate.
  std::size_t bins(std::size_t band) const;
  /// @param samples  [4 * hop()].
  BandEnergies of(std::span<const float> samples);

 private:
  struct Spectrum;
  std::unique_ptr<Spectrum> spectrum_;
};

}  // namespace models
