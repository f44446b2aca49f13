#pragma once
#include <cstddef>
#include <optional>
#include <span>

namespace models {

/// Where an attack begins in the samples around it.
struct OnsetPlace {
  std::size_t at = 0;  ///< index of the sample
  float level = 0;     ///< amplitude of what the attack brings in its first 14 ms; what sounded before is taken out
};

/// Around the middle of the stretch of sound in which an attack is loudest, in seconds: where it may begin, ...
constexpr double kOnsetEarliest = 0.012, kOnsetLatest = 0.003;
/// ... how much of it tells its level, and what must be known before and after the middle.
constexpr double kOnsetAttack = 0.014, kOnsetPast = kOnsetEarliest + 0.020, kOnsetFuture = kOnsetLatest + kOnsetAttack;

/// Finds the first sample that stands out of what sounded before, in whichever of some broad bands it does so
/// clearly; where none does, the sample from which on the energy of one grows most.
/// @param samples  from kOnsetPast before `middle` on, until kOnsetFuture after it.
/// @return nothing when all stays below -60 dBFS.
std::optional<OnsetPlace> place_onset(std::span<const float> samples, std::size_t middle, double rate);

}  // namespace models
