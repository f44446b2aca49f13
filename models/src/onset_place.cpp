#include "onset_place.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <numeric>
#include <vector>

namespace models {

namespace {

constexpr float kSilent = 0.001F;  // -60 dBFS
/// In a band: below this amplitude nothing is looked for; what sounded before counts as no less than a tenth of it.
constexpr double kFaint = 1e-4, kQuietest = 1e-5;
/// A band tells where an attack begins when its peak is 8 dB above what was before ...
constexpr double kClear = 2.5;
/// ... and there it begins 3.5 dB above that, and not below a sixth of the peak: a filter that has taken the highs out
/// rings before it, too.
constexpr double kOutOfBefore = 1.5, kOfPeak = 0.16;
/// The peak is looked for this long, in seconds; what was before, in the time before the search.
constexpr double kPeak = 0.006, kBefore = 0.010;
/// A band that is a third as clear, in decibels, as the clearest has a say.
constexpr double kSay = 0.35;
/// Energies before and after a sample are compared over this time, in seconds.
constexpr double kStep = 0.004;

struct Band {
  double low, high;  ///< Hz; 0: open
};
/// The last is all of the sound.
constexpr std::array<Band, 5> kBands{{{0, 250}, {250, 1500}, {1500, 6000}, {6000, 0}, {0, 0}}};

/// A Butterworth filter of second order, made by the bilinear transform.
class Filter {
 public:
  enum class Pass { kLow, kHigh };
  Filter(Pass pass, double hz, double rate) {
    const double warped = std::tan(std::numbers::pi * hz / rate);
    const double scale = 1 / (1 + std::numbers::sqrt2 * warped + warped * warped);
    gain_ = pass == Pass::kLow ? warped * warped * scale : scale;
    middle_ = pass == Pass::kLow ? 2 : -2;
    back1_ = 2 * (warped * warped - 1) * scale;
    back2_ = (1 - std::numbers::sqrt2 * warped + warped * warped) * scale;
  }

  void run(std::span<double> samples) const {
    double state1 = 0, state2 = 0;
    for (double& sample : samples) {
      const double in = gain_ * sample, out = in + state1;
      state1 = middle_ * in - back1_ * out + state2;
      state2 = in - back2_ * out;
      sample = out;
    }
  }

 private:
  double gain_, middle_, back1_, back2_;
};

/// What to look at, as indices into the samples.
struct Search {
  Search(std::size_t middle, double rate) {
    const auto count = [rate](double seconds) { return static_cast<std::size_t>(std::lround(seconds * rate)); };
    first = middle - count(kOnsetEarliest);
    before = first - count(kBefore);
    last = middle + count(kOnsetLatest);
    peak_end = middle + count(kPeak);
    attack = count(kOnsetAttack);
    step = count(kStep);
  }
  std::size_t before = 0, first = 0, last = 0, peak_end = 0;
  std::size_t attack = 0, step = 0;  ///< lengths
};

double peak(std::span<const double> samples, std::size_t begin, std::size_t end) {
  double most = 0;
  for (std::size_t i = begin; i < std::min(end, samples.size()); ++i) most = std::max(most, std::abs(samples[i]));
  return most;
}

/// Nothing when the rate leaves nothing of the band.
std::vector<double> filter(const Band& band, double rate, std::span<const float> samples) {
  const double highest = 0.45 * rate;
  if (band.low >= highest) return {};
  std::vector<double> filtered(samples.begin(), samples.end());
  if (band.low > 0) Filter(Filter::Pass::kHigh, band.low, rate).run(filtered);
  if (band.high > 0 && band.high < highest) Filter(Filter::Pass::kLow, band.high, rate).run(filtered);
  return filtered;
}

/// Where a band says that the attack begins.
struct Opinion {
  std::size_t at = 0;
  double clarity = 0;  ///< decibels of the peak above what was before
};

std::optional<Opinion> opinion(std::span<const double> band, const Search& search) {
  const double before = peak(band, search.before, search.first), top = peak(band, search.first, search.peak_end);
  if (top < kFaint || top < kClear * before) return std::nullopt;
  const double out = std::max(kOutOfBefore * before, kOfPeak * top);
  for (std::size_t i = search.first; i < search.last; ++i) {
    if (std::abs(band[i]) >= out) return Opinion{i, 20 * std::log10(top / std::max(before, kQuietest))};
  }
  return std::nullopt;
}

using Bands = std::array<std::vector<double>, kBands.size()>;

/// The earliest of the opinions that count.
std::optional<std::size_t> beginning(const Bands& bands, const Search& search) {
  std::array<std::optional<Opinion>, kBands.size()> opinions;
  double clearest = 0;
  for (std::size_t i = 0; i < bands.size(); ++i) {
    opinions[i] = opinion(bands[i], search);
    if (opinions[i]) clearest = std::max(clearest, opinions[i]->clarity);
  }
  std::optional<std::size_t> earliest;
  for (const auto& said : opinions) {
    if (said && said->clarity >= kSay * clearest) earliest = std::min(earliest.value_or(said->at), said->at);
  }
  return earliest;
}

double energy(std::span<const double> samples) {
  return std::inner_product(samples.begin(), samples.end(), samples.begin(), 0.0);
}

/// Where the energy of a band grows most from one short time to the next: for attacks that no band shows clearly.
std::size_t steepest(const Bands& bands, const Search& search) {
  const std::size_t step = search.step;
  const double silence = kQuietest * kQuietest * static_cast<double>(step);
  std::size_t at = search.first;
  double most = 0;
  for (const std::span<const double> band : bands) {
    if (band.empty()) continue;
    double before = energy(band.subspan(search.first - step, step)), after = energy(band.subspan(search.first, step));
    for (std::size_t i = search.first; i < search.last; ++i) {
      if ((after + silence) > most * (before + silence)) {
        most = (after + silence) / (before + silence);
        at = i;
      }
      before = std::max(0.0, before + band[i] * band[i] - band[i - step] * band[i - step]);
      after = std::max(0.0, after + band[i + step] * band[i + step] - band[i] * band[i]);
    }
  }
  return at;
}

/// Of what is new in each band; the last, all of the sound, would count it twice.
float level(const Bands& bands, const Search& search, std::size_t at) {
  double sum = 0;
  for (const auto& band : std::span(bands).first(bands.size() - 1)) {
    const double top = peak(band, at, at + search.attack), before = peak(band, search.before, search.first);
    sum += std::max(0.0, top * top - before * before);
  }
  return static_cast<float>(std::sqrt(sum));
}

}  // namespace

std::optional<OnsetPlace> place_onset(std::span<const float> samples, std::size_t middle, double rate) {
  const Search search(middle, rate);
  const auto loud = [](float sample) { return std::abs(sample) >= kSilent; };
  const auto around = samples.subspan(search.first, search.peak_end - search.first);
  if (std::none_of(around.begin(), around.end(), loud)) return std::nullopt;
  Bands bands;
  for (std::size_t i = 0; i < bands.size(); ++i) bands[i] = filter(kBands[i], rate, samples);
  const std::size_t at = beginning(bands, search).value_or(steepest(bands, search));
  return OnsetPlace{at, level(bands, search, at)};
}

}  // namespace models
