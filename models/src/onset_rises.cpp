#include "onset_rises.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace models {

namespace {

/// Energy of a band that counts as silence: -80 dB.
constexpr double kSilence = 1e-8;
/// The stretches that a rise is measured from. Those nearer than 3 overlap the attack; 9 hops are 27 ms, so that hits
/// 30 ms apart are told apart.
constexpr std::size_t kNearest = 3, kFarthest = 9;
/// Decibels of a band's rise that are chance where the band is one bin of the spectrum, less by the square root where
/// it is more: so much does noise flicker.
constexpr double kChance = 3;
/// From 4.4 kHz on each decibel counts for more: hats are there only.
constexpr std::size_t kHighBands = 18;
constexpr double kHighWeight = 1.2;
/// Restless sound raises what an attack needs, by ten times the median of the rises in the 170 ms before it: what rings
/// has a median of 0, steady noise one of 1 to 1.5 and, in five minutes, no rise above 30.
constexpr std::size_t kUnrestNearest = 4, kUnrestFarthest = 59;
constexpr double kUnrestWeight = 10;

double decibels(double energy, double of) { return 10 * std::log10((energy + kSilence) / (of + kSilence)); }

double total(const BandEnergies& energies) { return std::accumulate(energies.begin(), energies.end(), 0.0); }

}  // namespace

OnsetRises::OnsetRises(const OnsetBands& bands) {
  for (std::size_t band = 0; band < chance_.size(); ++band) {
    chance_[band] = kChance / std::sqrt(static_cast<double>(std::max<std::size_t>(bands.bins(band), 1)));
  }
}

void OnsetRises::push(const BandEnergies& energies) {
  energies_[count_ % kFrames] = energies;
  ++count_;
  const BandEnergies earlier = before(0);
  double sum = 0;
  for (std::size_t band = 0; band < energies.size(); ++band) {
    if (energies[band] <= earlier[band]) continue;
    const double rise = std::max(decibels(energies[band], earlier[band]) - chance_[band], 0.0);
    sum += band < kHighBands ? rise : kHighWeight * rise;
  }
  rises_[(count_ - 1) % kRises] = sum;
}

/// What the stretch `ago` before the newest is measured from.
BandEnergies OnsetRises::before(std::size_t ago) const {
  BandEnergies most{};
  for (std::size_t lag = kNearest; lag <= kFarthest; ++lag) {
    const BandEnergies& then = energies(ago + lag);
    for (std::size_t band = 0; band < most.size(); ++band) most[band] = std::max(most[band], then[band]);
  }
  return most;
}

bool OnsetRises::attack(double least) const {
  const double height = rise(kDelay);
  if (height <= rise(kDelay + 1) || height < rise(kDelay - 1)) return false;
  return height >= least && height >= least + kUnrestWeight * unrest() && !breaks_off();
}

/// The usual rise before the attack that is judged.
double OnsetRises::unrest() const {
  std::array<double, kUnrestFarthest - kUnrestNearest + 1> rises{};
  for (std::size_t i = 0; i < rises.size(); ++i) rises[i] = rise(kDelay + kUnrestNearest + i);
  const auto middle = rises.begin() + rises.size() / 2;
  std::nth_element(rises.begin(), middle, rises.end());
  return *middle;
}

/// A sound that is cut off clicks in all bands, and then there is less than before in each. Ends of samples taught it.
bool OnsetRises::breaks_off() const {
  constexpr double kFall = 4;  // 6 dB
  const BandEnergies &now = energies(kDelay), &after = energies(0);
  if (total(energies(kDelay + 4)) + kSilence <= kFall * (total(after) + kSilence)) return false;
  const BandEnergies earlier = before(kDelay);
  for (std::size_t band = 0; band < now.size(); ++band) {
    if (now[band] > 2 * (earlier[band] + kSilence) && after[band] >= earlier[band]) return false;
  }
  return true;
}

}  // namespace models
