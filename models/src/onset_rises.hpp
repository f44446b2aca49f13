#pragma once
#include <array>
#include <cstddef>

#include "onset_bands.hpp"

namespace models {

/// Watches the energies of sound for sudden rises. Thread: one caller at a time.
///
/// A band rises by the decibels that it stands above its loudest stretch between 3 and 9 hops ago: a ringing or beating
/// sound falls or swells more slowly than that. The rise of all bands together is the sum of theirs, so that neither a
/// kick, which is in few bands, nor missing bands of a dull recording count for less than they are.
class OnsetRises {
 public:
  /// Hops from an attack to when it can be told.
  static constexpr std::size_t kDelay = 4;

  /// @param bands  where the energies come from.
  explicit OnsetRises(const OnsetBands& bands);
  void push(const BandEnergies& energies);
  /// Whether an attack was at its height kDelay stretches before the newest.
  /// @param least  decibels, over all bands, that an attack rises in calm surroundings.
  bool attack(double least) const;

 private:
  static constexpr std::size_t kFrames = 16, kRises = 64;  // powers of two, more than what is looked back on

  const BandEnergies& energies(std::size_t ago) const { return energies_[(count_ - 1 - ago) % kFrames]; }
  double rise(std::size_t ago) const { return rises_[(count_ - 1 - ago) % kRises]; }
  BandEnergies before(std::size_t ago) const;
  double unrest() const;
  bool breaks_off() const;

  BandEnergies chance_{};  ///< decibels
  std::array<BandEnergies, kFrames> energies_{};
  std::array<double, kRises> rises_{};  ///< decibels, all bands
  std::size_t count_ = 0;
};

}  // namespace models
