#include "../../models/src/front_end.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <numbers>

#include "models/audio_file.hpp"

namespace {

using models::FrontEnd;
using models::FrontEndCard;
using Kind = FrontEndCard::Kind;
using Scale = FrontEndCard::Scale;
using Norm = FrontEndCard::Norm;
using Log = FrontEndCard::Log;

/// Two sines in a noise that every language can make.
std::vector<float> sound(double rate, std::size_t count = 2048) {
  std::vector<float> samples;
  std::uint32_t random = 1;
  for (std::size_t i = 0; i < count; ++i) {
    random = random * 1664525 + 1013904223;
    const double noise = static_cast<double>(random >> 8) / (1 << 24) - 0.5;
    const double turns = 2 * std::numbers::pi * static_cast<double>(i) / rate;
    samples.push_back(static_cast<float>(0.25 * noise + 0.4 * std::sin(440 * turns) + 0.2 * std::sin(2500 * turns)));
  }
  return samples;
}

std::vector<float> first_frame(const FrontEndCard& card, double rate, std::span<const float> samples) {
  const auto front_end = FrontEnd::make(card, rate);
  std::vector<float> frame(static_cast<std::size_t>(front_end->width()));
  front_end->frame(samples.first(static_cast<std::size_t>(card.window)), frame);
  return frame;
}

FrontEndCard log_mel(int window, int fft, int mels, double min, double max) {
  FrontEndCard card;
  card.kind = Kind::kLogMel;
  card.window = window;
  card.hop = window / 2;
  card.fft = fft;
  card.mels = mels;
  card.min = min;
  card.max = max;
  return card;
}

FrontEndCard mfcc(int window, int fft, int mels, double min, double max, int coefficients) {
  auto card = log_mel(window, fft, mels, min, max);
  card.kind = Kind::kMfcc;
  card.coefficients = coefficients;
  return card;
}

FrontEndCard yamnet() {
  auto card = log_mel(400, 512, 64, 125, 7500);
  card.hop = 160;
  card.power = 1;
  card.scale = Scale::kTf;
  card.offset = 0.001;
  return card;
}

/// The first frame of sound(rate), as numpy gives it in float64 by the formulas of TensorFlow
/// (linear_to_mel_weight_matrix), torchaudio (melscale_fbanks) and librosa (filters.mel).
struct Reference {
  const char* name;
  double rate;
  FrontEndCard card;
  std::vector<double> frame;
};

std::vector<Reference> references() {
  std::vector<Reference> all;
  auto card = log_mel(400, 512, 12, 125, 7500);
  card.power = 1;
  card.scale = Scale::kTf;
  card.offset = 0.001;
  all.push_back(
      {"tf",
       16000,
       card,
       {3.05727, 4.42941, 2.02066, 2.13208, 2.33004, 2.17598, 3.28637, 3.82432, 2.7661, 2.91332, 3.25104, 3.24586}});
  card = log_mel(401, 512, 12, 125, 7500);
  card.scale = Scale::kTf;
  card.norm = Norm::kSlaney;
  card.log = Log::kNone;
  all.push_back({"tf, normed, no log, odd window",
                 16000,
                 card,
                 {2.8666, 11.4287, 0.0451808, 0.0314631, 0.0332254, 0.0175338, 0.539614, 0.923506, 0.0200237, 0.0201908,
                  0.0244467, 0.0187617}});
  card = log_mel(1024, 1024, 12, 20, 20000);
  card.log = Log::kDb;
  card.floor = 1e-10;
  all.push_back(
      {"htk, decibels of power",
       44100,
       card,
       {35.936, 40.8102, 11.2197, 15.3963, 30.3119, 34.9156, 17.9544, 18.2703, 19.9155, 20.2742, 22.4848, 22.4911}});
  card = log_mel(512, 1024, 12, 0, 11025);
  card.norm = Norm::kSlaney;
  card.log = Log::kLog10;
  card.floor = 1e-5;
  card.mean = -1;
  card.deviation = 2;
  all.push_back({"htk, normed, log10, mean and deviation",
                 22050,
                 card,
                 {-0.297157, 1.19897, 0.893451, -0.223518, -0.108012, -0.0115411, 0.745102, -0.0429902, -0.264635,
                  -0.169802, -0.185746, -0.202662}});
  card = log_mel(2048, 2048, 12, 0, 11025);
  card.scale = Scale::kSlaney;
  card.norm = Norm::kSlaney;
  card.log = Log::kDb;
  card.floor = 1e-10;
  all.push_back({"slaney, normed, decibels",
                 22050,
                 card,
                 {18.4339, 22.5084, -2.56398, -3.95206, -4.80901, -2.82356, 12.2274, 8.43423, -4.20852, -4.4098,
                  -4.63024, -4.804}});
  card = log_mel(600, 1000, 12, 50, 12000);
  card.power = 1;
  card.scale = Scale::kSlaney;
  card.log = Log::kDb;
  card.offset = 0.01;
  all.push_back(
      {"slaney, decibels of magnitude",
       48000,
       card,
       {40.081, 40.5111, 11.4658, 11.2802, 18.9883, 17.9967, 39.7936, 29.655, 27.7059, 29.4265, 30.4333, 32.5168}});
  card = mfcc(400, 400, 40, 20, 7600, 13);
  card.floor = 1e-6;
  all.push_back({"mfcc over htk",
                 16000,
                 card,
                 {9.07113, -2.26827, -0.869694, -0.731421, -3.19972, -5.86455, -2.37373, -1.2259, -2.5059, 2.03742,
                  5.39526, 2.28288, 1.85156}});
  card = mfcc(2048, 2048, 40, 0, 16000, 13);
  card.scale = Scale::kSlaney;
  card.norm = Norm::kSlaney;
  card.log = Log::kDb;
  card.floor = 1e-10;
  card.mean = -20;
  card.deviation = 30;
  all.push_back({"mfcc over slaney",
                 44100,
                 card,
                 {-0.127522, 1.24889, 0.708808, 1.02632, 1.10904, 0.535316, 0.163218, 0.335448, 0.377127, 0.0843152,
                  -0.0308264, 0.451081, 0.726654}});
  return all;
}

TEST(FrontEnd, AgreesWithTheFormulasOfEachLibrary) {
  for (const auto& reference : references()) {
    const auto frame = first_frame(reference.card, reference.rate, sound(reference.rate));
    ASSERT_EQ(frame.size(), reference.frame.size()) << reference.name;
    for (std::size_t i = 0; i < frame.size(); ++i) {
      // Six digits are written above.
      EXPECT_NEAR(frame[i], reference.frame[i], 1e-5 + 1e-5 * std::abs(reference.frame[i]))
          << reference.name << " " << i;
    }
  }
}

TEST(FrontEnd, TheSameSoundGivesTheSameFrameWhateverCameBefore) {
  const auto samples = sound(16000);
  const auto front_end = FrontEnd::make(yamnet(), 16000);
  std::vector<float> once(64), again(64);
  front_end->frame(std::span(samples).first(400), once);
  front_end->frame(std::span(samples).subspan(700, 400), again);
  EXPECT_NE(again, once);
  front_end->frame(std::span(samples).first(400), again);
  EXPECT_EQ(again, once);
}

TEST(FrontEnd, SilenceIsANumberAlsoWithoutAFloor) {
  const std::vector<float> silence(1024);
  for (const auto log : {Log::kNone, Log::kNatural, Log::kLog10, Log::kDb}) {
    auto card = log_mel(512, 512, 40, 20, 8000);
    card.log = log;
    for (const float number : first_frame(card, 16000, silence)) EXPECT_TRUE(std::isfinite(number));
    card.kind = Kind::kMfcc;
    card.coefficients = 40;
    for (const float number : first_frame(card, 16000, silence)) EXPECT_TRUE(std::isfinite(number));
  }
}

TEST(FrontEnd, ATriangleBetweenTwoBinsGathersNothing) {
  auto card = log_mel(64, 64, 40, 20, 8000);
  card.log = Log::kNone;
  card.scale = Scale::kSlaney;
  EXPECT_EQ(first_frame(card, 16000, sound(16000))[0], 0);
}

/// What numpy wrote: version 1, little-endian float32, rows after one another.
std::vector<float> npy(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  if (bytes.size() < 10 || bytes.substr(0, 8) != std::string("\x93NUMPY\x01\x00", 8)) return {};
  const auto header = static_cast<std::size_t>(static_cast<unsigned char>(bytes[8])) +
                      256 * static_cast<std::size_t>(static_cast<unsigned char>(bytes[9]));
  if (bytes.substr(10, header).find("'<f4', 'fortran_order': False") == std::string::npos) return {};
  std::vector<float> numbers((bytes.size() - 10 - header) / sizeof(float));
  std::memcpy(numbers.data(), bytes.data() + 10 + header, numbers.size() * sizeof(float));
  return numbers;
}

std::filesystem::path assets() {
  const char* named = std::getenv("OSCINE_ASSETS");
  return named != nullptr ? named : std::filesystem::path(OSCINE_SOURCE_DIR) / "../shared/assets";
}

std::vector<float> whole(const std::filesystem::path& path) {
  auto file = models::AudioFile::open(path);
  if (!file) return {};
  std::vector<float> samples(static_cast<std::size_t>(file->frames()));
  const auto read = file->read(samples);
  return read && *read == samples.size() ? samples : std::vector<float>{};
}

TEST(FrontEnd, AgreesWithThePublishedLogMelOfYamnet) {
  const auto clips = assets() / "yamnet/clips";
  if (!std::filesystem::exists(clips)) GTEST_SKIP() << "skipped: no assets (" << clips << "; OSCINE_ASSETS names them)";
  const auto published = npy(clips / "speech_whistling2.npy");
  const auto samples = whole(clips / "speech_whistling2.wav");
  ASSERT_EQ(published.size(), 496U * 64);
  ASSERT_EQ(samples.size(), 78720U);
  const auto front_end = FrontEnd::make(yamnet(), 16000);
  std::vector<float> frame(64);
  float worst = 0;
  // The last frames of what was published look at padding behind the sound.
  for (std::size_t f = 0; f * 160 + 400 <= samples.size(); ++f) {
    front_end->frame(std::span(samples).subspan(f * 160, 400), frame);
    for (std::size_t mel = 0; mel < 64; ++mel) worst = std::max(worst, std::abs(frame[mel] - published[f * 64 + mel]));
  }
  EXPECT_LE(worst, 0.002);
  RecordProperty("worst", std::to_string(worst));
}

TEST(Normalise, TakesTheMeanAwayAndDividesByTheDeviationOfASample) {
  std::vector<float> window{1, 2, 3, 4, 10};
  models::normalise(window);
  const double deviation = std::sqrt((9 + 4 + 1 + 0 + 36) / 4.0);
  const std::vector<double> around_mean{-3, -2, -1, 0, 6};
  for (std::size_t i = 0; i < 5; ++i) EXPECT_NEAR(window[i], around_mean[i] / deviation, 1e-6);
}

TEST(Normalise, SilenceAndALevelStaySilent) {
  for (const float level : {0.F, 0.3F, -1000.F}) {
    std::vector<float> window(1024, level);
    models::normalise(window);
    EXPECT_THAT(window, testing::Each(0)) << level;
  }
  std::vector<float> one{5};
  models::normalise(one);
  EXPECT_EQ(one[0], 0);
  models::normalise({});
}

TEST(Normalise, ASoundFarFromTheMiddleKeepsItsShape) {
  std::vector<float> near(1024), far(1024);
  for (std::size_t i = 0; i < near.size(); ++i) {
    near[i] = i % 2 == 0 ? 0.25F : -0.25F;
    far[i] = near[i] + 512;
  }
  models::normalise(near);
  models::normalise(far);
  EXPECT_EQ(near, far);
}

}  // namespace
