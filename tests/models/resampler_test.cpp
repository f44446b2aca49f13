#include "../../models/src/resampler.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <numbers>
#include <random>

#include "cards.hpp"

namespace {

using models::Resampler;
using tests::outcome;

constexpr double kRates[] = {8000, 11025, 16000, 22050, 32000, 44100, 48000, 88200, 96000, 176400, 192000};

std::unique_ptr<Resampler> resampler(double in, double out) {
  auto made = Resampler::make(in, out);
  EXPECT_TRUE(made) << outcome(made);
  return made ? std::move(*made) : nullptr;
}

std::vector<float> noise(std::size_t count) {
  std::mt19937 random(7);
  std::uniform_real_distribution<float> level(-1, 1);
  std::vector<float> samples(count);
  for (auto& sample : samples) sample = level(random);
  return samples;
}

std::vector<float> sine(double hz, double rate, std::size_t count) {
  std::vector<float> samples(count);
  for (std::size_t i = 0; i < count; ++i) {
    const double turns = hz / rate * static_cast<double>(i);
    samples[i] = static_cast<float>(0.5 * std::sin(2 * std::numbers::pi * (turns - std::floor(turns))));
  }
  return samples;
}

std::vector<float> all(Resampler& resampler, std::span<const float> in) {
  std::vector<float> out;
  resampler.push(in, out);
  return out;
}

std::vector<float> in_pieces(Resampler& resampler, std::span<const float> in, std::size_t piece) {
  std::vector<float> out;
  for (; !in.empty(); in = in.subspan(std::min(piece, in.size())))
    resampler.push(in.first(std::min(piece, in.size())), out);
  return out;
}

/// How many samples a sine is late, over whole periods from out[from] on. A 25th of a second holds whole samples at all
/// our rates, and whole periods of all our sines.
double delay(std::span<const float> out, double hz, double rate, std::size_t from = 0, std::size_t first = 0) {
  const auto whole = static_cast<std::size_t>(rate / 25);
  const std::size_t to = from + (out.size() - from) / whole * whole;
  double in_phase = 0, quadrature = 0;
  for (std::size_t m = from; m < to; ++m) {
    const double turns = hz / rate * static_cast<double>(first + m);
    const double angle = 2 * std::numbers::pi * (turns - std::floor(turns));
    in_phase += out[m] * std::sin(angle);
    quadrature += out[m] * std::cos(angle);
  }
  return -std::atan2(quadrature, in_phase) / (2 * std::numbers::pi * hz / rate);
}

TEST(Resampler, HasTheSameBitsWhateverThePieces) {
  const auto in = noise(30000);
  for (const auto& [from, to] : {std::pair{48000., 16000.}, {44100., 16000.}, {8000., 44100.}, {22050., 192000.}}) {
    const auto once = resampler(from, to);
    const auto whole = all(*once, in);
    for (const std::size_t piece : {1U, 2U, 63U, 480U, 4096U, 4097U, 20000U}) {
      const auto again = resampler(from, to);
      EXPECT_EQ(in_pieces(*again, in, piece), whole) << from << " to " << to << " by " << piece;
    }
  }
}

TEST(Resampler, AnImpulseStaysWhereItIs) {
  for (const double in_rate : kRates) {
    const auto resample = resampler(in_rate, 16000);
    const double step = in_rate / 16000;
    const std::size_t at = 441 * 16;
    std::vector<float> in(at + 20000);
    in[at] = 1;
    const auto out = all(*resample, in);
    double sum = 0, moment = 0;
    for (std::size_t m = 0; m < out.size(); ++m) {
      sum += out[m];
      moment += out[m] * static_cast<double>(m);
    }
    EXPECT_NEAR(moment / sum * step, static_cast<double>(at), 0.01) << in_rate;
    EXPECT_NEAR(sum * step, 1, 1e-3) << in_rate;
  }
}

TEST(Resampler, ASineIsNotLateAndKeepsItsLevel) {
  for (const double in_rate : kRates) {
    for (const double out_rate : kRates) {
      const auto resample = resampler(in_rate, out_rate);
      const auto out = all(*resample, sine(1000, in_rate, static_cast<std::size_t>(in_rate / 5)));
      // The first outputs look back at a silence that was no sine.
      const auto from = static_cast<std::size_t>(200 * out_rate / std::min(in_rate, out_rate));
      ASSERT_GT(out.size(), from + 1000) << in_rate << " to " << out_rate;
      EXPECT_NEAR(delay(out, 1000, out_rate, from), 0, 1e-3) << in_rate << " to " << out_rate;
      double worst = 0;
      for (std::size_t m = from; m < out.size(); ++m) {
        const double angle = 2 * std::numbers::pi * 1000 / out_rate * static_cast<double>(m);
        worst = std::max(worst, std::abs(out[m] - 0.5 * std::sin(angle)));
      }
      EXPECT_LT(worst, 2e-5) << in_rate << " to " << out_rate;
    }
  }
}

TEST(Resampler, WhatTheNewRateCannotHoldIsGone) {
  const auto resample = resampler(48000, 16000);
  const auto out = all(*resample, sine(9000, 48000, 48000));
  for (std::size_t m = 200; m < out.size(); ++m) ASSERT_LT(std::abs(out[m]), 1e-5) << m;
}

TEST(Resampler, GivesEachSampleWithinItsLookahead) {
  for (const double in_rate : kRates) {
    for (const double out_rate : {16000., 44100.}) {
      const auto resample = resampler(in_rate, out_rate);
      std::vector<float> out;
      const float silence = 0;
      std::int64_t latest = 0;
      std::size_t given = 0;
      for (std::int64_t newest = 0; newest < 3000; ++newest) {
        resample->push({&silence, 1}, out);
        if (out.size() == given) continue;
        const double position = static_cast<double>(given) * in_rate / out_rate;
        latest = std::max(latest, static_cast<std::int64_t>(std::ceil(static_cast<double>(newest) - position)));
        given = out.size();
      }
      EXPECT_EQ(latest, resample->lookahead()) << in_rate << " to " << out_rate;
    }
  }
}

TEST(Resampler, LooksAheadThreeMillisecondsAt48kHz) { EXPECT_EQ(resampler(48000, 16000)->lookahead(), 138); }

/// libsamplerate adds up its position; what is rounded on the way must not show. A sine's phase tells.
TEST(Resampler, DoesNotDriftOverTenMillionSamples) {
  for (const auto& [from, to] : {std::pair{44100., 48000.}, {192000., 44100.}}) {
    const auto resample = resampler(from, to);
    const auto second = sine(1000, from, static_cast<std::size_t>(from));
    std::vector<float> out;
    std::size_t heard = 0, given = 0;
    for (; heard < 10000000; heard += second.size()) {
      given += out.size();
      out.clear();
      resample->push(second, out);
    }
    EXPECT_NEAR(delay(out, 1000, to, 0, given), 0, 1e-3) << from << " to " << to;
    const double ready = static_cast<double>(heard) - static_cast<double>(resample->lookahead());
    EXPECT_NEAR(static_cast<double>(given + out.size()), ready * to / from, 2) << from << " to " << to;
  }
}

TEST(Resampler, ResetMakesItNew) {
  const auto in = noise(5000);
  const auto resample = resampler(44100, 16000);
  const auto first = all(*resample, in);
  resample->reset();
  EXPECT_EQ(all(*resample, in), first);
}

TEST(Resampler, EqualRatesPassThrough) {
  auto in = noise(1000);
  in[500] = 100;
  const auto resample = resampler(48000, 48000);
  EXPECT_EQ(all(*resample, in), in);
  EXPECT_EQ(resample->lookahead(), 0);
}

TEST(Resampler, ASampleThatIsNoNumberSpoilsOnlyItsNeighbours) {
  auto in = sine(1000, 48000, 48000);
  const auto good = all(*resampler(48000, 16000), in);
  in[24000] = std::numeric_limits<float>::quiet_NaN();
  const auto spoilt = all(*resampler(48000, 16000), in);
  ASSERT_EQ(spoilt.size(), good.size());
  for (std::size_t m = 0; m < good.size(); ++m) {
    if (m < 8000 - 47 || m > 8000 + 47) {
      ASSERT_EQ(spoilt[m], good[m]) << m;
    }
  }
}

TEST(Resampler, NothingMakesNothing) {
  const auto resample = resampler(48000, 16000);
  EXPECT_TRUE(all(*resample, {}).empty());
}

TEST(Resampler, RatesFarApartWorkUpTo256Times) {
  for (const auto& [from, to] : {std::pair{256., 1.}, {1., 256.}, {48000., 187.5}, {750., 192000.}}) {
    const auto resample = resampler(from, to);
    const auto count = static_cast<std::size_t>(resample->lookahead()) + 600;
    std::vector<float> level(count, 0.25F);
    const auto out = all(*resample, level);
    EXPECT_NEAR(static_cast<double>(out.size()), 600 * to / from, 2 + to / from);
  }
}

TEST(Resampler, RatesThatAreNoneAreRefusedInASentence) {
  const double nan = std::numeric_limits<double>::quiet_NaN(), infinite = std::numeric_limits<double>::infinity();
  for (const auto& [from, to] : {std::pair{0., 16000.},
                                 {16000., 0.},
                                 {-1., 16000.},
                                 {nan, 16000.},
                                 {16000., nan},
                                 {infinite, infinite},
                                 {infinite, 1.},
                                 {257., 1.},
                                 {1., 257.}}) {
    const auto made = Resampler::make(from, to);
    ASSERT_FALSE(made) << from << " to " << to;
    EXPECT_EQ(made.error().code, base::ErrorCode::kMalformed);
  }
  EXPECT_EQ(
      outcome(Resampler::make(192000, 100)),
      "400 cannot go from 192000 to 100 samples per second: each rate is above 0, and neither more than 256 times "
      "the other");
}

}  // namespace
