#pragma once
#include <cstddef>
#include <span>
#include <vector>

#include "models/card.hpp"

namespace models {

/// Triangles that gather the bins of a spectrum into mels. Keeps only the bins under each triangle. Thread: [any].
class MelBank {
 public:
  /// @param card  log-mel or mfcc, checked.  @param rate  samples per second of the sound.
  MelBank(const FrontEndCard& card, double rate);
  /// @param spectrum  [fft / 2 + 1].  @param mels  [card.mels].
  void gather(std::span<const float> spectrum, std::span<float> mels) const;

 private:
  struct Triangle {
    std::size_t first_bin, first_weight, count;
  };
  std::vector<Triangle> triangles_;
  std::vector<float> weights_;  ///< of all triangles, one after the other
};

}  // namespace models
