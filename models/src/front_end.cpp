#include "front_end.hpp"

#include <kiss_fftr.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

#include "mel_bank.hpp"

namespace models {

namespace {

using Log = FrontEndCard::Log;

std::vector<float> hann(int window) {
  std::vector<float> weights(static_cast<std::size_t>(window));
  for (int i = 0; i < window; ++i) {
    weights[static_cast<std::size_t>(i)] = static_cast<float>(0.5 - 0.5 * std::cos(2 * std::numbers::pi * i / window));
  }
  return weights;
}

/// |X|^power of a windowed stretch of sound, which is padded with silence at its end.
class Spectrum {
 public:
  explicit Spectrum(const FrontEndCard& card)
      : plan_(kiss_fftr_alloc(card.fft, 0, nullptr, nullptr)),
        window_(hann(card.window)),
        padded_(static_cast<std::size_t>(card.fft)),
        bins_(padded_.size() / 2 + 1),
        magnitudes_(bins_.size()),
        power_(card.power) {
    assert(plan_ != nullptr && card.window <= card.fft);
  }

  std::span<const float> of(std::span<const float> samples) {
    std::transform(window_.begin(), window_.end(), samples.begin(), padded_.begin(), std::multiplies<>());
    kiss_fftr(plan_.get(), padded_.data(), bins_.data());
    for (std::size_t i = 0; i < bins_.size(); ++i) {
      magnitudes_[i] = bins_[i].r * bins_[i].r + bins_[i].i * bins_[i].i;
    }
    if (power_ == 1) {
      for (float& magnitude : magnitudes_) magnitude = std::sqrt(magnitude);
    }
    return magnitudes_;
  }

 private:
  struct Free {
    void operator()(kiss_fftr_cfg plan) const { kiss_fftr_free(plan); }
  };
  std::unique_ptr<kiss_fftr_state, Free> plan_;
  std::vector<float> window_, padded_;
  std::vector<kiss_fft_cpx> bins_;
  std::vector<float> magnitudes_;
  int power_;
};

/// Silence has no logarithm: without a floor in the card it counts as the smallest number there is.
class Loudness {
 public:
  explicit Loudness(const FrontEndCard& card)
      : log_(card.log),
        floor_(static_cast<float>(card.floor)),
        offset_(static_cast<float>(card.offset)),
        decibels_(card.power == 1 ? 20.0F : 10.0F) {}

  void of(std::span<float> mels) const {
    for (float& mel : mels) mel = of(std::max(mel, floor_) + offset_);
  }

 private:
  float of(float x) const {
    if (log_ == Log::kNone) return x;
    x = std::max(x, std::numeric_limits<float>::min());
    if (log_ == Log::kNatural) return std::log(x);
    return (log_ == Log::kDb ? decibels_ : 1) * std::log10(x);
  }

  Log log_;
  float floor_, offset_, decibels_;
};

/// DCT-II, orthonormal: the first `coefficients` of `mels`.
class Cosines {
 public:
  Cosines(int coefficients, int mels) : mels_(static_cast<std::size_t>(mels)) {
    for (int k = 0; k < coefficients; ++k) {
      const double scale = std::sqrt((k == 0 ? 1.0 : 2.0) / mels);
      for (int n = 0; n < mels; ++n) {
        matrix_.push_back(static_cast<float>(scale * std::cos(std::numbers::pi * k * (n + 0.5) / mels)));
      }
    }
  }

  void of(std::span<const float> mels, std::span<float> coefficients) const {
    for (std::size_t k = 0; k < coefficients.size(); ++k) {
      coefficients[k] = std::inner_product(mels.begin(), mels.end(), matrix_.begin() + row(k), 0.0F);
    }
  }

 private:
  std::ptrdiff_t row(std::size_t k) const { return static_cast<std::ptrdiff_t>(k * mels_); }

  std::size_t mels_;
  std::vector<float> matrix_;  ///< [coefficients, mels]
};

class MelFrontEnd final : public FrontEnd {
 public:
  MelFrontEnd(const FrontEndCard& card, double rate)
      : spectrum_(card),
        bank_(card, rate),
        loudness_(card),
        cosines_(card.kind == FrontEndCard::Kind::kMfcc ? card.coefficients : 0, card.mels),
        mels_(static_cast<std::size_t>(card.mels)),
        width_(card.kind == FrontEndCard::Kind::kMfcc ? card.coefficients : card.mels),
        is_mfcc_(card.kind == FrontEndCard::Kind::kMfcc),
        mean_(static_cast<float>(card.mean)),
        deviation_(static_cast<float>(card.deviation)) {}

  int width() const override { return width_; }

  void frame(std::span<const float> samples, std::span<float> frame) override {
    const std::span<float> mels = is_mfcc_ ? std::span<float>(mels_) : frame;
    bank_.gather(spectrum_.of(samples), mels);
    loudness_.of(mels);
    if (is_mfcc_) cosines_.of(mels, frame);
    for (float& number : frame) number = (number - mean_) / deviation_;
  }

 private:
  Spectrum spectrum_;
  MelBank bank_;
  Loudness loudness_;
  Cosines cosines_;
  std::vector<float> mels_;  ///< of an mfcc frame
  int width_;
  bool is_mfcc_;
  float mean_, deviation_;
};

}  // namespace

std::unique_ptr<FrontEnd> FrontEnd::make(const FrontEndCard& card, double rate) {
  return std::make_unique<MelFrontEnd>(card, rate);
}

void normalise(std::span<float> window) {
  if (window.empty()) return;
  const auto count = static_cast<double>(window.size());
  const double mean = std::accumulate(window.begin(), window.end(), 0.0) / count;
  double squares = 0;
  for (const float sample : window) squares += (sample - mean) * (sample - mean);
  const double deviation = std::max(window.size() > 1 ? std::sqrt(squares / (count - 1)) : 0, 1e-10);
  for (float& sample : window) sample = static_cast<float>((sample - mean) / deviation);
}

}  // namespace models
