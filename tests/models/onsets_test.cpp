#include "../../models/src/onsets.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numbers>

namespace {

using models::Onset;
using models::Onsets;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr double kRate = 44100;
using Sound = std::vector<float>;

std::size_t samples_in(double seconds, double rate = kRate) {
  return static_cast<std::size_t>(std::lround(seconds * rate));
}

Sound silence(double seconds, double rate = kRate) { return Sound(samples_in(seconds, rate)); }

/// The same noise on every machine, -1..1.
class Noise {
 public:
  explicit Noise(std::uint32_t seed) : state_(seed) {}
  float operator()() {
    state_ = state_ * 1664525 + 1013904223;
    return static_cast<float>(static_cast<std::int32_t>(state_)) / 2147483648.0F;
  }

 private:
  std::uint32_t state_;
};

/// Adds what `sample(seconds since then)` gives, from `at` seconds to the end.
template <class Wave>
void add(Sound& sound, double at, Wave sample, double rate = kRate) {
  for (std::size_t i = samples_in(at, rate), first = i; i < sound.size(); ++i) {
    sound[i] += static_cast<float>(sample(static_cast<double>(i - first) / rate));
  }
}

double sine(double hz, double t) { return std::sin(2 * std::numbers::pi * hz * t); }

/// Noise that dies away by half in `half` seconds.
auto burst(double gain, double half, std::uint32_t seed = 1) {
  return [=, noise = Noise(seed)](double t) mutable { return gain * noise() * std::exp2(-t / half); };
}

/// A drum that falls from 120 to 50 Hz.
auto kick(double gain) {
  return [=](double t) {
    return gain * std::sin(2 * std::numbers::pi * (50 * t + 70 * 0.03 * (1 - std::exp(-t / 0.03)))) *
           std::exp2(-t / 0.06);
  };
}

/// Noise without what is low, as a hat: each sample minus the one before.
auto hat(double gain, double half, std::uint32_t seed = 3) {
  return [=, noise = Noise(seed), last = 0.0](double t) mutable {
    const double now = noise(), high = (now - last) / 2;
    last = now;
    return gain * high * std::exp2(-t / half);
  };
}

std::vector<Onset> onsets_of(Onsets& onsets, Sound sound, std::size_t piece = 512) {
  sound.resize(sound.size() + static_cast<std::size_t>(onsets.lookahead()) + piece);
  std::vector<Onset> found;
  for (std::size_t at = 0; at < sound.size(); at += piece) {
    onsets.push(std::span(sound).subspan(at, std::min(piece, sound.size() - at)), found);
  }
  return found;
}

/// In milliseconds.
std::vector<double> times(const Sound& sound, double rate = kRate) {
  const auto onsets = Onsets::make(rate);
  std::vector<double> found;
  for (const Onset& onset : onsets_of(*onsets, sound)) found.push_back(static_cast<double>(onset.at) * 1000 / rate);
  return found;
}

auto at_ms(double expected, double tolerance = 0.2) { return testing::DoubleNear(expected, tolerance); }

/// A bar of kick, snare and hats, with ghost notes, over a cymbal that rings.
Sound loop(double gain = 1) {
  Sound sound = silence(2.4);
  add(sound, 0.1, hat(0.1 * gain, 0.8, 11));
  for (const double at : {0.1, 0.7, 1.3, 1.6}) add(sound, at, kick(0.7 * gain));
  for (const double at : {0.4, 1.0, 1.9}) add(sound, at, burst(0.5 * gain, 0.03, 5));
  for (const double at : {0.25, 0.55, 0.85, 1.15}) add(sound, at, hat(0.3 * gain, 0.01, 7));
  add(sound, 1.75, burst(0.1 * gain, 0.02, 9));
  return sound;
}

auto beats_of_the_loop(double tolerance) {
  std::vector<testing::Matcher<double>> beats;
  for (const int ms : {100, 250, 400, 550, 700, 850, 1000, 1150, 1300, 1600, 1750, 1900}) {
    beats.emplace_back(at_ms(ms, tolerance));
  }
  return testing::ElementsAreArray(beats);
}

TEST(Onsets, SilenceHasNone) { EXPECT_THAT(times(silence(3)), IsEmpty()); }

TEST(Onsets, AClickIsFoundOnItsSample) {
  Sound sound = silence(1);
  sound[12345] = 0.5F;
  EXPECT_THAT(times(sound), ElementsAre(at_ms(12345 / 44.1, 0.05)));
}

TEST(Onsets, ABurstOfNoiseIsFoundWhereItBegins) {
  Sound sound = silence(1);
  add(sound, 0.3, burst(0.5, 0.02));
  EXPECT_THAT(times(sound), ElementsAre(at_ms(300)));
}

TEST(Onsets, ASoundFromTheFirstSampleOnBeginsWithIt) {
  for (const auto& wave : {std::function<double(double)>(burst(0.5, 0.02)), std::function<double(double)>(kick(0.8)),
                           std::function<double(double)>(hat(0.5, 0.01))}) {
    Sound sound = silence(1);
    add(sound, 0, wave);
    EXPECT_THAT(times(sound), ElementsAre(at_ms(0, 0.5)));
  }
}

TEST(Onsets, ASineBeginsOnceAndASlowerAttackALittleLater) {
  for (const double hz : {55., 440., 3000.}) {
    Sound sound = silence(2);
    add(sound, 0.5, [hz](double t) { return 0.5 * sine(hz, t) * std::min(1.0, t / 0.01); });
    sound.resize(samples_in(1.9));
    EXPECT_THAT(times(sound), ElementsAre(at_ms(501.5, 2.5))) << hz << " Hz";
  }
}

TEST(Onsets, AHeldChordBeginsOnce) {
  Sound sound = silence(6);
  for (const double hz : {65.4, 98.0, 130.8, 164.8, 261.6, 262.5}) {
    for (int harmonic = 1; harmonic <= 8; ++harmonic) {
      add(sound, 0.2,
          [=](double t) { return 0.05 / harmonic * std::cos(2 * std::numbers::pi * hz * harmonic * t + hz); });
    }
  }
  EXPECT_THAT(times(sound), ElementsAre(at_ms(200, 0.5)));
}

TEST(Onsets, SteadyNoiseBeginsOnceAtEveryRate) {
  for (const double rate : {8000., 22050., 44100., 48000., 96000., 192000.}) {
    Sound sound = silence(10, rate);
    add(
        sound, 0.5, [noise = Noise(17)](double) mutable { return 0.3 * noise(); }, rate);
    EXPECT_THAT(times(sound, rate), ElementsAre(at_ms(500))) << rate << " Hz";
  }
}

TEST(Onsets, AHitIsFoundAtEveryRate) {
  for (const double rate : {8000., 11025., 16000., 22050., 32000., 44100., 48000., 88200., 96000., 192000.}) {
    Sound sound = silence(1, rate);
    add(sound, 0.25, burst(0.5, 0.02), rate);
    add(sound, 0.5, kick(0.7), rate);
    EXPECT_THAT(times(sound, rate), ElementsAre(at_ms(250), at_ms(500, 1))) << rate << " Hz";
  }
}

TEST(Onsets, HitsSixtyMillisecondsApartAreTwoAndTwentyApartAreOne) {
  Sound apart = silence(1), chord = silence(1);
  for (const double at : {0.3, 0.36}) add(apart, at, burst(0.5, 0.008));
  for (const double at : {0.3, 0.32}) add(chord, at, burst(0.5, 0.008));
  EXPECT_THAT(times(apart), ElementsAre(at_ms(300), at_ms(360)));
  EXPECT_THAT(times(chord), ElementsAre(at_ms(300)));
}

TEST(Onsets, HatAndKickTogetherAreOne) {
  Sound sound = silence(1);
  add(sound, 0.3, hat(0.3, 0.01));
  add(sound, 0.3, kick(0.8));
  EXPECT_THAT(times(sound), ElementsAre(at_ms(300)));
}

TEST(Onsets, ASoftHatIsFoundWhileAKickSoundsAndAKickWhileAHatRings) {
  Sound over_kick = silence(1), under_hat = silence(1);
  add(over_kick, 0.3, kick(0.8));
  add(over_kick, 0.4, hat(0.03, 0.01));
  add(under_hat, 0.3, hat(0.6, 0.5));
  add(under_hat, 0.6, kick(0.3));
  EXPECT_THAT(times(over_kick), ElementsAre(at_ms(300, 0.5), at_ms(400)));
  EXPECT_THAT(times(under_hat), ElementsAre(at_ms(300), at_ms(600, 2)));
}

TEST(Onsets, ASoundThatIsCutOffBringsNone) {
  Sound sound = silence(1);
  add(sound, 0.2, [](double t) { return 0.5 * sine(200, t); });
  std::fill(sound.begin() + 20011, sound.end(), 0.0F);
  EXPECT_THAT(times(sound), ElementsAre(at_ms(200, 0.5)));
}

TEST(Onsets, ALoopIsFoundBeatForBeat) { EXPECT_THAT(times(loop()), beats_of_the_loop(1)); }

TEST(Onsets, ALoopAtMinusFortyDecibelsGivesTheSame) {
  Sound sound = silence(2.4);
  for (const double at : {0.1, 0.7}) add(sound, at, kick(0.01));
  for (const double at : {0.4, 1.0}) add(sound, at, burst(0.01, 0.03));
  EXPECT_THAT(times(sound), ElementsAre(at_ms(100, 1), at_ms(400), at_ms(700, 1), at_ms(1000)));
}

TEST(Onsets, BelowMinusSixtyDecibelsIsSilence) { EXPECT_THAT(times(loop(0.0005)), IsEmpty()); }

/// A filter of linear phase, as that of a resampler: nothing moves, but it rings before the attack too.
Sound as_recorded_at_8_khz(const Sound& sound) {
  constexpr int kHalf = 200;
  Sound dull(sound.size());
  for (int i = 0; i < static_cast<int>(sound.size()); ++i) {
    double sum = 0;
    for (int k = std::max(-kHalf, -i); k <= kHalf && i + k < static_cast<int>(sound.size()); ++k) {
      const double x = std::numbers::pi * k * 2 * 3600 / kRate;
      const double window = 0.5 + 0.5 * std::cos(std::numbers::pi * k / kHalf);
      sum += static_cast<double>(sound[static_cast<std::size_t>(i + k)]) * (k == 0 ? 1 : std::sin(x) / x) * window;
    }
    dull[static_cast<std::size_t>(i)] = static_cast<float>(sum * 2 * 3600 / kRate);
  }
  return dull;
}

TEST(Onsets, ADullRecordingHasTheSameOnsetsWithinAMillisecond) {
  Sound sound = silence(1.2);
  add(sound, 0.2, burst(0.5, 0.03));
  add(sound, 0.5, kick(0.7));
  add(sound, 0.8, hat(0.4, 0.02));
  const auto full = times(sound), dull = times(as_recorded_at_8_khz(sound));
  ASSERT_EQ(full.size(), 3U);
  EXPECT_THAT(dull, ElementsAre(at_ms(full[0], 1), at_ms(full[1], 1), at_ms(full[2], 1)));
}

TEST(Onsets, PiecesDoNotMatterToTheBit) {
  const auto onsets = Onsets::make(kRate);
  const auto whole = onsets_of(*onsets, loop(), 1 << 20);
  ASSERT_EQ(whole.size(), 12U);
  for (const std::size_t piece : {1U, 7U, 64U, 4096U}) {
    onsets->reset();
    const auto found = onsets_of(*onsets, loop(), piece);
    ASSERT_EQ(found.size(), whole.size()) << "pieces of " << piece;
    for (std::size_t i = 0; i < whole.size(); ++i) {
      EXPECT_EQ(found[i].at, whole[i].at) << "pieces of " << piece;
      EXPECT_EQ(found[i].strength, whole[i].strength) << "pieces of " << piece;
    }
  }
}

TEST(Onsets, EachIsGivenWithinTheLookahead) {
  for (const double rate : {8000., 44100., 48000., 192000.}) {
    const auto onsets = Onsets::make(rate);
    EXPECT_LE(static_cast<double>(onsets->lookahead()), 0.03 * rate);
    Sound sound = silence(1, rate);
    for (const double at : {0.1, 0.303, 0.6061}) add(sound, at, burst(0.5, 0.01), rate);
    std::vector<Onset> found;
    std::size_t told = 0;
    for (std::int64_t heard = 1; heard <= static_cast<std::int64_t>(sound.size()); ++heard) {
      onsets->push(std::span(sound).subspan(static_cast<std::size_t>(heard - 1), 1), found);
      if (found.size() == told) continue;
      told = found.size();
      EXPECT_LE(heard, found.back().at + onsets->lookahead()) << rate << " Hz";
    }
    EXPECT_EQ(told, 3U) << rate << " Hz";
  }
}

std::vector<float> strengths(const Sound& sound) {
  const auto onsets = Onsets::make(kRate);
  std::vector<float> found;
  for (const Onset& onset : onsets_of(*onsets, sound)) found.push_back(onset.strength);
  return found;
}

TEST(Onsets, StrengthIsStraightInDecibels) {
  std::vector<float> found;
  for (const double gain : {0.004, 0.02, 0.1, 0.5}) {
    Sound sound = silence(0.5);
    add(sound, 0.1, burst(gain, 0.02));
    const auto strength = strengths(sound);
    ASSERT_EQ(strength.size(), 1U);
    found.push_back(strength[0]);
  }
  const float step = 0.95F / 50 * 20 * std::log10(5.0F);
  EXPECT_NEAR(found[1] - found[0], step, 1e-3);
  EXPECT_NEAR(found[2] - found[1], step, 1e-3);
  EXPECT_NEAR(found[3] - found[2], step, 1e-3);
  EXPECT_NEAR(found[3], 1 - 0.95F / 50 * 6, 0.1);
}

TEST(Onsets, ASoftHitHasItsOwnStrengthWhileALoudOneSounds) {
  Sound sound = silence(1);
  add(sound, 0.3, kick(0.8));
  add(sound, 0.4, hat(0.03, 0.01));
  Sound alone = silence(1);
  add(alone, 0.4, hat(0.03, 0.01));
  const auto together = strengths(sound), hat_only = strengths(alone);
  ASSERT_EQ(together.size(), 2U);
  EXPECT_GT(together[0], 0.9F);
  EXPECT_NEAR(together[1], hat_only.at(0), 0.1);
}

TEST(Onsets, HigherSensitivityFindsMore) {
  std::vector<std::size_t> found;
  for (const float sensitivity : {0.0F, 0.5F, 1.0F}) {
    const auto onsets = Onsets::make(kRate);
    onsets->set_sensitivity(sensitivity);
    Sound sound = silence(8);
    add(sound, 0.1, hat(0.2, 4));
    for (int hit = 1; hit <= 20; ++hit) add(sound, 0.1 + 0.3 * hit, burst(0.1 / hit, 0.01));
    found.push_back(onsets_of(*onsets, sound).size());
  }
  EXPECT_LT(found[0], found[1]);
  EXPECT_LT(found[1], found[2]);
}

TEST(Onsets, SamplesThatAreNoNumbersCountAsSilence) {
  Sound sound = silence(1);
  sound[10000] = std::numeric_limits<float>::quiet_NaN();
  sound[15000] = -std::numeric_limits<float>::infinity();
  add(sound, 0.5, burst(0.5, 0.02));
  EXPECT_THAT(times(sound), ElementsAre(at_ms(500)));
}

TEST(Onsets, AHugeSampleIsAClickAndNothingWorse) {
  Sound sound = silence(2);
  sound[10000] = std::numeric_limits<float>::max();
  add(sound, 1.5, burst(0.5, 0.02));
  EXPECT_THAT(times(sound), ElementsAre(at_ms(10000 / 44.1), at_ms(1500)));
}

}  // namespace
