#include "mel_bank.hpp"

#include <algorithm>
#include <cmath>

namespace models {

namespace {

using Scale = FrontEndCard::Scale;

/// Slaney's scale: straight up to 1000 Hz, which is 15 mel, then 27 mel for each factor of 6.4.
constexpr double kHzPerMel = 200.0 / 3, kBreak = 15;
const double kLogStep = std::log(6.4) / 27;

/// HTK's formula in two manners of writing that agree to 1e-7; each scale keeps its own.
double htk_factor(Scale scale) { return scale == Scale::kTf ? 1127 : 2595 / std::log(10.0); }

double to_mel(Scale scale, double hz) {
  if (scale != Scale::kSlaney) return htk_factor(scale) * std::log1p(hz / 700);
  const double mel = hz / kHzPerMel;
  return mel < kBreak ? mel : kBreak + std::log(mel / kBreak) / kLogStep;
}

double to_hz(Scale scale, double mel) {
  if (scale != Scale::kSlaney) return 700 * std::expm1(mel / htk_factor(scale));
  return kHzPerMel * (mel < kBreak ? mel : kBreak * std::exp((mel - kBreak) * kLogStep));
}

/// A triangle of height 1; what is not under it is below 0.
double height(double at, double left, double middle, double right) {
  return std::min((at - left) / (middle - left), (right - at) / (right - middle));
}

}  // namespace

MelBank::MelBank(const FrontEndCard& card, double rate) {
  const double lowest = to_mel(card.scale, card.min), highest = to_mel(card.scale, card.max);
  const auto edge = [&](int i) { return lowest + (highest - lowest) * i / (card.mels + 1); };
  const auto hz = [&](int i) { return to_hz(card.scale, edge(i)); };
  const bool over_mel = card.scale == Scale::kTf;
  const auto corner = [&](int i) { return over_mel ? edge(i) : hz(i); };
  for (int mel = 0; mel < card.mels; ++mel) {
    Triangle triangle{0, weights_.size(), 0};
    const double gain = card.norm == FrontEndCard::Norm::kSlaney ? 2 / (hz(mel + 2) - hz(mel)) : 1;
    for (int bin = over_mel ? 1 : 0; bin <= card.fft / 2; ++bin) {
      const double at = bin * rate / card.fft;
      const double weight =
          height(over_mel ? to_mel(card.scale, at) : at, corner(mel), corner(mel + 1), corner(mel + 2));
      if (weight <= 0) continue;
      if (triangle.count++ == 0) triangle.first_bin = static_cast<std::size_t>(bin);
      weights_.push_back(static_cast<float>(weight * gain));
    }
    triangles_.push_back(triangle);
  }
}

void MelBank::gather(std::span<const float> spectrum, std::span<float> mels) const {
  for (std::size_t mel = 0; mel < triangles_.size(); ++mel) {
    const Triangle& triangle = triangles_[mel];
    float sum = 0;
    for (std::size_t i = 0; i < triangle.count; ++i) {
      sum += weights_[triangle.first_weight + i] * spectrum[triangle.first_bin + i];
    }
    mels[mel] = sum;
  }
}

}  // namespace models
