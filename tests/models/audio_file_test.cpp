#include "models/audio_file.hpp"

#include <gmock/gmock.h>
#include <sndfile.h>
#include <sys/stat.h>

#include <cmath>
#include <fstream>
#include <limits>

#include "../server/folder.hpp"
#include "cards.hpp"

namespace {

using models::AudioFile;
using testing::HasSubstr;
using tests::outcome;
using Bytes = std::string;

std::vector<float> ramp(std::size_t count) {
  std::vector<float> samples(count);
  for (std::size_t i = 0; i < count; ++i) samples[i] = static_cast<float>(i % 256) / 256 - 0.5F;
  return samples;
}

/// The lowest bytes of a number, lowest first.
Bytes little(std::uint64_t number, int bytes) {
  Bytes text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(number >> (8 * i) & 0xff);
  return text;
}

Bytes samples16(std::size_t count) {
  Bytes text;
  for (std::size_t i = 0; i < count; ++i) text += little(i * 16, 2);
  return text;
}

/// A WAV of 16 bits, whatever its header says of its length.
Bytes wav(const Bytes& data, std::uint64_t said, int channels = 1, std::uint64_t rate = 48000) {
  const auto width = static_cast<std::uint64_t>(2 * channels);
  return "RIFF" + little(said + 36, 4) + "WAVEfmt " + little(16, 4) + little(1, 2) + little(width / 2, 2) +
         little(rate, 4) + little(rate * width, 4) + little(width, 2) + little(16, 2) + "data" + little(said, 4) + data;
}

struct Heard {
  std::string outcome;
  std::vector<float> samples = {};
};

Heard heard(AudioFile& file, std::size_t frames = 1000) {
  Heard all;
  std::vector<float> piece(frames * static_cast<std::size_t>(file.channels()));
  for (;;) {
    auto read = file.read(piece);
    all.outcome = outcome(read);
    if (!read || *read == 0) return all;
    const auto count = *read * static_cast<std::size_t>(file.channels());
    all.samples.insert(all.samples.end(), piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(count));
  }
}

class AudioFileTest : public testing::Test {
 protected:
  std::filesystem::path write(const std::string& name, const Bytes& bytes) { return folder_.write(name, bytes); }

  /// By libsndfile; empty where this libsndfile does not write the format.
  std::filesystem::path write_sound(const std::string& name, int format, const std::vector<float>& samples,
                                    int channels = 1, int rate = 48000) {
    SF_INFO info{};
    info.channels = channels;
    info.samplerate = rate;
    info.format = format;
    const auto path = folder_.path() / name;
    if (sf_format_check(&info) == 0) return {};
    SNDFILE* file = sf_open(path.c_str(), SFM_WRITE, &info);
    if (file == nullptr) return {};
    sf_write_float(file, samples.data(), static_cast<sf_count_t>(samples.size()));
    sf_close(file);
    return path;
  }

  Bytes bytes_of(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  /// Without the path of the test's folder.
  std::string refusal(const std::filesystem::path& path) {
    auto text = outcome(AudioFile::open(path));
    const auto at = text.find(folder_.path().string());
    return at == std::string::npos ? text : text.erase(at, folder_.path().string().size() + 1);
  }

  std::string reading(const std::filesystem::path& path) {
    auto file = AudioFile::open(path);
    return file ? heard(*file).outcome : outcome(file);
  }

  std::vector<float> samples_of(const std::filesystem::path& path) {
    auto file = AudioFile::open(path);
    EXPECT_TRUE(file) << outcome(file);
    if (!file) return {};
    auto all = heard(*file);
    EXPECT_EQ(all.outcome, "fine");
    return all.samples;
  }

  support::Folder folder_;
};

TEST_F(AudioFileTest, EveryFormatThatKeepsSamplesGivesThemBack) {
  const auto samples = ramp(5000);
  for (const auto& [name, format] : {std::pair{"a.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16},
                                     {"b.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_24},
                                     {"c.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT},
                                     {"d.wav", SF_FORMAT_WAV | SF_FORMAT_DOUBLE},
                                     {"e.aiff", SF_FORMAT_AIFF | SF_FORMAT_PCM_16},
                                     {"f.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16},
                                     {"g.w64", SF_FORMAT_W64 | SF_FORMAT_PCM_16},
                                     {"h.caf", SF_FORMAT_CAF | SF_FORMAT_FLOAT},
                                     {"i.au", SF_FORMAT_AU | SF_FORMAT_PCM_16},
                                     {"j.wav", SF_FORMAT_RF64 | SF_FORMAT_PCM_16}}) {
    const auto path = write_sound(name, format, samples, 2, 44100);
    ASSERT_FALSE(path.empty()) << name;
    auto file = AudioFile::open(path);
    ASSERT_TRUE(file) << outcome(file);
    EXPECT_EQ(file->rate(), 44100);
    EXPECT_EQ(file->channels(), 2);
    EXPECT_EQ(file->frames(), 2500);
    for (const std::size_t piece : {7U, 1000U, 4096U}) {
      auto again = AudioFile::open(path);
      ASSERT_TRUE(again) << outcome(again);
      EXPECT_EQ(heard(*again, piece).samples, samples) << name << " by " << piece;
    }
  }
}

TEST_F(AudioFileTest, LossyFormatsAreRead) {
  for (const auto& [name, format] : {std::pair{"a.ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS},
                                     {"b.opus", SF_FORMAT_OGG | SF_FORMAT_OPUS},
                                     {"c.mp3", SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III}}) {
    const auto path = write_sound(name, format, std::vector<float>(48000, 0.25F));
    if (path.empty()) continue;  // a libsndfile built without it
    const auto samples = samples_of(path);
    EXPECT_NEAR(static_cast<double>(samples.size()), 48000, 2400) << name;
  }
}

TEST_F(AudioFileTest, EightChannelsAt384kHzAreRead) {
  const auto samples = ramp(800);
  auto file = AudioFile::open(write_sound("many.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, samples, 8, 384000));
  ASSERT_TRUE(file) << outcome(file);
  EXPECT_EQ(file->channels(), 8);
  EXPECT_EQ(file->rate(), 384000);
  EXPECT_EQ(heard(*file).samples, samples);
}

TEST_F(AudioFileTest, MoreChannelsOrAHigherRateThanAnyoneHasAreRefused) {
  EXPECT_EQ(refusal(write("wide.wav", wav(samples16(650), 1300, 65))),
            "400 wide.wav has 65 channels; 1..64 can be read");
  EXPECT_EQ(refusal(write("fast.wav", wav(samples16(10), 20, 1, 1000000))),
            "400 fast.wav has 1000000 frames per second; 1..768000 can be read");
  EXPECT_THAT(refusal(write("still.wav", wav(samples16(10), 20, 1, 0))), HasSubstr("400 still.wav cannot be read"));
}

TEST_F(AudioFileTest, WhatIsNoPlainFileIsRefusedAndNotOpened) {
  const auto pipe = folder_.path() / "pipe.wav";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(refusal(pipe), "403 pipe.wav is not a plain file");  // opening it would wait for a writer
  EXPECT_EQ(refusal("/dev/zero"), "403 /dev/zero is not a plain file");
  std::filesystem::create_directory(folder_.path() / "folder.wav");
  EXPECT_EQ(refusal(folder_.path() / "folder.wav"), "403 folder.wav is a folder, not a sound file");
  EXPECT_EQ(refusal(folder_.path() / "none.wav"), "404 there is no file none.wav");
  EXPECT_EQ(refusal(write("a.wav", "x") / "b.wav"), "404 there is no file a.wav/b.wav");
  EXPECT_EQ(refusal(std::string(5000, 'a')).substr(0, 4), "403 ");
}

TEST_F(AudioFileTest, ALinkIsFollowed) {
  std::filesystem::create_symlink(write("real.wav", wav(samples16(10), 20)), folder_.path() / "link.wav");
  EXPECT_EQ(samples_of(folder_.path() / "link.wav").size(), 10U);
}

TEST_F(AudioFileTest, WhatIsNoSoundIsRefused) {
  Bytes garbage;
  for (std::uint32_t i = 0, x = 1; i < 20000; ++i) garbage += static_cast<char>((x = x * 1664525 + 1013904223) >> 24);
  for (const auto* name : {"garbage.wav", "garbage.vox", "garbage.raw", "garbage.gsm", "garbage.mp3"}) {
    EXPECT_THAT(refusal(write(name, garbage)), HasSubstr("cannot be read as sound: Format not recognised")) << name;
  }
  EXPECT_THAT(refusal(write("empty.wav", "")), HasSubstr("400 empty.wav cannot be read as sound"));
  const auto whole = wav(samples16(100), 200);
  for (std::size_t size = 1; size < 44; ++size) {
    EXPECT_THAT(refusal(write("head.wav", whole.substr(0, size))), HasSubstr("400 head.wav ")) << size;
  }
}

TEST_F(AudioFileTest, AFileWithoutFramesIsRefused) {
  EXPECT_EQ(refusal(write("none.wav", wav("", 0))), "400 none.wav holds no sound: its header says 0 frames");
}

TEST_F(AudioFileTest, AWavThatWasStreamedOrCutShortIsReadAsFarAsItGoes) {
  for (const std::uint64_t said : {0xffffffffU - 36, 0xffffffffU, 0x7ffff000U, 4000U}) {  // ffmpeg's, again, sox's, cut
    auto file = AudioFile::open(write("streamed.wav", wav(samples16(700), said)));
    ASSERT_TRUE(file) << outcome(file);
    EXPECT_EQ(file->frames(), 700) << said;
    const auto all = heard(*file);
    EXPECT_EQ(all.outcome, "fine");
    ASSERT_EQ(all.samples.size(), 700U) << said;
    EXPECT_EQ(all.samples[699], 699.F * 16 / 32768);
  }
}

TEST_F(AudioFileTest, AFlacThatDoesNotSayItsLengthIsReadToItsEnd) {
  const auto samples = ramp(10000);
  auto bytes = bytes_of(write_sound("a.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, samples));
  // STREAMINFO's 36 bits of length: what a FLAC written to a pipe has there is 0.
  bytes[21] = static_cast<char>(bytes[21] & 0xf0);
  bytes.replace(22, 4, 4, '\0');
  auto file = AudioFile::open(write("streamed.flac", bytes));
  ASSERT_TRUE(file) << outcome(file);
  EXPECT_EQ(file->frames(), 0);
  const auto all = heard(*file);
  EXPECT_EQ(all.outcome, "fine");
  EXPECT_EQ(all.samples, samples);
}

TEST_F(AudioFileTest, AFileThatEndsBeforeItsHeaderSaysIsTold) {
  auto bytes = bytes_of(write_sound("a.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, ramp(10000)));
  bytes.replace(22, 4, "\x00\x00\x4e\x20", 4);  // 20000
  EXPECT_THAT(reading(write("short.flac", bytes)),
              HasSubstr("short.flac ends early: its header says 20000 frames, there are 10000"));
}

/// A decoder may find its way again behind the damage; what it then gives would stand too early.
TEST_F(AudioFileTest, NothingIsReadBehindDamage) {
  std::vector<float> samples(50000);
  for (std::size_t i = 0; i < samples.size(); ++i) samples[i] = static_cast<float>(i * i % 8191) / 8192;
  auto bytes = bytes_of(write_sound("a.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, samples));
  bytes.replace(bytes.size() / 2, 300, 300, '\x55');
  const auto path = write("hurt.flac", bytes);
  for (const std::size_t piece : {100U, 4096U, 60000U}) {
    auto file = AudioFile::open(path);
    ASSERT_TRUE(file) << outcome(file);
    const auto all = heard(*file, piece);
    EXPECT_THAT(all.outcome, HasSubstr("hurt.flac is damaged after frame " + std::to_string(all.samples.size())))
        << piece;
    ASSERT_LT(all.samples.size(), 30000U);
    for (std::size_t i = 0; i < all.samples.size(); ++i) ASSERT_NEAR(all.samples[i], samples[i], 1e-4) << i;
    EXPECT_EQ(heard(*file, piece).outcome, all.outcome);
  }
}

TEST_F(AudioFileTest, ANumberThatIsNoneOrFarTooLoudIsToldWithItsFrame) {
  std::vector<float> samples(4000);
  samples[2001] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THAT(reading(write_sound("nan.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, samples, 2)),
              HasSubstr("nan.wav holds NaN at frame 1000, channel 2; full scale is 1, and up to 1000 can be read"));
  samples[2001] = -1001;
  EXPECT_THAT(reading(write_sound("loud.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, samples)),
              HasSubstr("loud.wav holds -1001 at frame 2001, channel 1"));
  samples[2001] = std::numeric_limits<float>::infinity();
  EXPECT_THAT(reading(write_sound("inf.wav", SF_FORMAT_WAV | SF_FORMAT_DOUBLE, samples)), HasSubstr("at frame 2001"));
  samples[2001] = 1000;
  EXPECT_EQ(samples_of(write_sound("hot.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, samples))[2001], 1000);
}

TEST_F(AudioFileTest, MoreThanFourGigabytesAreReadPieceByPiece) {
  const std::uint64_t frames = 3000000000, bytes = 2 * frames;
  const auto path =
      write("long.wav", "RF64" + little(0xffffffff, 4) + "WAVEds64" + little(28, 4) + little(bytes + 72, 8) +
                            little(bytes, 8) + little(frames, 8) + little(0, 4) + "fmt " + little(16, 4) +
                            little(1, 2) + little(1, 2) + little(48000, 4) + little(96000, 4) + little(2, 2) +
                            little(16, 2) + "data" + little(0xffffffff, 4) + samples16(500));
  std::error_code error;
  std::filesystem::resize_file(path, 80 + bytes, error);  // a hole: takes no room on the disk
  if (error) GTEST_SKIP() << "no file of 6 GB can be made here: " << error.message();
  auto file = AudioFile::open(path);
  ASSERT_TRUE(file) << outcome(file);
  EXPECT_EQ(file->frames(), 3000000000);
  std::vector<float> piece(1000);
  const auto read = file->read(piece);
  ASSERT_TRUE(read) << outcome(read);
  EXPECT_EQ(*read, 1000U);
  EXPECT_EQ(piece[499], 499.F * 16 / 32768);
}

}  // namespace
