#include "onset_bands.hpp"

#include <kiss_fftr.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <functional>
#include <numbers>
#include <vector>

namespace models {

namespace {

/// Where one band ends and the next begins, in Hz. A stretch of 12 ms cannot tell bands below 100 Hz apart.
constexpr std::array<double, 26> kEdges{0,    130,  215,  300,  400,  510,   630,   770,  920,
                                        1080, 1270, 1480, 1720, 2000, 2320,  2700,  3150, 3700,
                                        4400, 5300, 6400, 7700, 9500, 12000, 15500, 20000};
static_assert(kEdges.size() == std::tuple_size_v<BandEnergies> + 1);

constexpr double kHopSeconds = 0.0029;

bool suits_fft(std::size_t size) {
  for (const std::size_t factor : {2U, 3U, 5U}) {
    while (size % factor == 0) size /= factor;
  }
  return size == 1;
}

std::size_t hop_at(double rate) {
  auto hop = static_cast<std::size_t>(std::ceil(rate * kHopSeconds));
  while (!suits_fft(hop)) ++hop;
  return hop;
}

/// Hann's window, scaled so that the spectrum of a sine of amplitude 1 peaks at 1.
std::vector<float> window_of(std::size_t size) {
  std::vector<float> window(size);
  const double length = static_cast<double>(size);
  for (std::size_t i = 0; i < size; ++i) {
    const double turn = 2 * std::numbers::pi * (static_cast<double>(i) + 0.5) / length;
    window[i] = static_cast<float>((1 - std::cos(turn)) * 2 / length);
  }
  return window;
}

}  // namespace

struct OnsetBands::Spectrum {
  explicit Spectrum(double rate)
      : hop(hop_at(rate)),
        plan(kiss_fftr_alloc(static_cast<int>(4 * hop), 0, nullptr, nullptr)),
        window(window_of(4 * hop)),
        weighted(4 * hop),
        bins(2 * hop + 1) {
    assert(plan != nullptr);
    for (std::size_t band = 0; band < kEdges.size(); ++band) {
      const double first = std::ceil(kEdges[band] * static_cast<double>(4 * hop) / rate);
      first_bins[band] = std::min(static_cast<std::size_t>(first), bins.size());
    }
  }

  struct Free {
    void operator()(kiss_fftr_cfg fft) const { kiss_fftr_free(fft); }
  };
  std::size_t hop;
  std::unique_ptr<kiss_fftr_state, Free> plan;
  std::vector<float> window, weighted;
  std::vector<kiss_fft_cpx> bins;
  std::array<std::size_t, kEdges.size()> first_bins{};
};

OnsetBands::OnsetBands(double rate) : spectrum_(std::make_unique<Spectrum>(rate)) {}

OnsetBands::~OnsetBands() = default;

std::size_t OnsetBands::hop() const { return spectrum_->hop; }

std::size_t OnsetBands::bins(std::size_t band) const {
  return spectrum_->first_bins[band + 1] - spectrum_->first_bins[band];
}

BandEnergies OnsetBands::of(std::span<const float> samples) {
  Spectrum& s = *spectrum_;
  assert(samples.size() == s.window.size());
  std::transform(s.window.begin(), s.window.end(), samples.begin(), s.weighted.begin(), std::multiplies<>());
  kiss_fftr(s.plan.get(), s.weighted.data(), s.bins.data());
  BandEnergies energies{};
  for (std::size_t band = 0; band < energies.size(); ++band) {
    for (std::size_t i = s.first_bins[band]; i < s.first_bins[band + 1]; ++i) {
      const double re = s.bins[i].r, im = s.bins[i].i;
      energies[band] += re * re + im * im;
    }
  }
  return energies;
}

}  // namespace models
