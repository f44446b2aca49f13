#include "onsets.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "onset_bands.hpp"
#include "onset_place.hpp"
#include "onset_rises.hpp"

namespace models {

namespace {

/// Decibels of rise, over all bands, that make an attack: at 0.5, and how many times less or more at the ends.
constexpr double kLeastRise = 20, kSensitivityRange = 3;
/// A chord is one onset: its hits are this much apart at most.
constexpr double kApartSeconds = 0.030;
/// Larger samples would overflow; nobody hears them.
constexpr float kLargest = 1e6F;

float sane(float sample) { return std::isfinite(sample) ? std::clamp(sample, -kLargest, kLargest) : 0.0F; }

float strength(float level) {
  const float decibels = 20 * std::log10(std::max(level, 1e-6F));
  return std::clamp(1 + decibels * (0.95F / 50), 0.05F, 1.0F);
}

/// Sound goes into the newest hop; when that is full, one stretch of four hops is measured, and the stretch kDelay hops
/// older is judged.
class StreamOnsets final : public Onsets {
 public:
  explicit StreamOnsets(double rate) : rate_(rate), bands_(rate), hop_(bands_.hop()), rises_(bands_) {
    heard_.resize(count(kOnsetPast) + kMiddle * hop_ + 1);
    assert(kMiddle * hop_ >= count(kOnsetFuture));
    newest_.reserve(hop_);
  }

  void push(std::span<const float> samples, std::vector<Onset>& out) override {
    for (const float sample : samples) {
      newest_.push_back(sane(sample));
      if (newest_.size() == hop_) step(out);
    }
  }

  void reset() override {
    rises_ = OnsetRises(bands_);
    std::fill(heard_.begin(), heard_.end(), 0.0F);
    newest_.clear();
    end_ = 0;
    earliest_ = 0;
  }

  void set_sensitivity(float value) override {
    least_rise_ = kLeastRise * std::pow(kSensitivityRange, 1 - 2 * std::clamp(static_cast<double>(value), 0.0, 1.0));
  }

  std::int64_t lookahead() const override { return static_cast<std::int64_t>(count(kOnsetEarliest) + kMiddle * hop_); }

 private:
  /// Hops from the middle of the stretch that is judged to the end of what was heard.
  static constexpr std::size_t kMiddle = OnsetRises::kDelay + 2;

  std::size_t count(double seconds) const { return static_cast<std::size_t>(std::lround(seconds * rate_)); }

  void step(std::vector<Onset>& out) {
    std::shift_left(heard_.begin(), heard_.end(), static_cast<std::ptrdiff_t>(hop_));
    std::copy(newest_.begin(), newest_.end(), heard_.end() - static_cast<std::ptrdiff_t>(hop_));
    newest_.clear();
    end_ += static_cast<std::int64_t>(hop_);
    rises_.push(bands_.of(std::span(heard_).last(4 * hop_)));
    if (rises_.attack(least_rise_)) give(out);
  }

  /// Appends the attack that is judged, unless it belongs to the last onset.
  void give(std::vector<Onset>& out) {
    const auto place = place_onset(heard_, heard_.size() - kMiddle * hop_, rate_);
    if (!place) return;
    const std::int64_t at = end_ - static_cast<std::int64_t>(heard_.size() - place->at);
    if (at < earliest_) return;
    out.push_back({at, strength(place->level)});
    earliest_ = at + static_cast<std::int64_t>(count(kApartSeconds));
  }

  double rate_;
  OnsetBands bands_;
  std::size_t hop_;
  OnsetRises rises_;
  std::vector<float> heard_;   ///< the last 50 ms, silence before the first sample
  std::vector<float> newest_;  ///< [0..hop_), not in heard_ yet
  std::int64_t end_ = 0;       ///< position after heard_
  std::int64_t earliest_ = 0;  ///< where the next onset may be
  double least_rise_ = kLeastRise;
};

}  // namespace

std::unique_ptr<Onsets> Onsets::make(double rate) { return std::make_unique<StreamOnsets>(rate); }

}  // namespace models
