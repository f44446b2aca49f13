#include "models/audio_writer.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <numeric>

#include "../server/folder.hpp"
#include "cards.hpp"
#include "models/audio_file.hpp"

namespace {

using models::AudioFile;
using models::AudioWriter;
using testing::ElementsAre;
using testing::FloatNear;
using testing::HasSubstr;
using testing::Pointwise;
using tests::outcome;

const std::vector<float> kSound = {0.1F, -0.2F, 0.3F, -0.4F, 1.5F, -1e-9F};

std::vector<float> read_all(const std::filesystem::path& path) {
  auto file = AudioFile::open(path);
  EXPECT_EQ(outcome(file), "fine");
  if (!file) return {};
  std::vector<float> samples(100);
  const auto count = file->read(samples);
  samples.resize(count ? *count * static_cast<std::size_t>(file->channels()) : 0);
  return samples;
}

std::string write(const std::filesystem::path& path, int channels = 2) {
  auto writer = AudioWriter::create(path, 48000, channels);
  if (!writer) return outcome(writer);
  for (std::size_t i = 0; i < kSound.size(); i += 2) {
    if (auto status = writer->write(std::span(kSound).subspan(i, 2)); !status) return outcome(status);
  }
  return outcome(writer->finish());
}

std::vector<std::string> names_in(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) names.push_back(entry.path().filename());
  return names;
}

TEST(AudioWriter, KeepsEveryBitInWavAndAiff) {
  const support::Folder folder;
  for (const auto* name : {"a.wav", "a.aiff"}) {
    EXPECT_EQ(write(folder.path() / name), "fine");
    EXPECT_EQ(read_all(folder.path() / name), kSound) << name;
  }
}

TEST(AudioWriter, WritesAnOrdinaryWavWhereItIsSmall) {
  const support::Folder folder;
  ASSERT_EQ(write(folder.path() / "a.wav"), "fine");
  std::ifstream file(folder.path() / "a.wav", std::ios::binary);
  std::string head(4, '\0');
  file.read(head.data(), 4);
  EXPECT_EQ(head, "RIFF");
}

TEST(AudioWriter, ClipsWhatFlacCannotHold) {
  const support::Folder folder;
  ASSERT_EQ(write(folder.path() / "a.flac"), "fine");
  EXPECT_THAT(read_all(folder.path() / "a.flac"),
              Pointwise(FloatNear(1e-6F), std::vector<float>{0.1F, -0.2F, 0.3F, -0.4F, 1.0F, 0.0F}));
}

TEST(AudioWriter, GivesTheFileItsNameWhenItIsWhole) {
  const support::Folder folder;
  {
    auto writer = AudioWriter::create(folder.path() / "a.wav", 48000, 2);
    ASSERT_EQ(outcome(writer), "fine");
    ASSERT_EQ(outcome(writer->write(kSound)), "fine");
    EXPECT_FALSE(std::filesystem::exists(folder.path() / "a.wav"));
  }
  EXPECT_THAT(names_in(folder.path()), ElementsAre());
  ASSERT_EQ(write(folder.path() / "a.wav"), "fine");
  EXPECT_THAT(names_in(folder.path()), ElementsAre("a.wav"));
}

TEST(AudioWriter, RefusesWhatItCannotWrite) {
  const support::Folder folder;
  EXPECT_THAT(write(folder.path() / "a.mp3"), HasSubstr("does not end in .wav, .aiff or .flac"));
  EXPECT_THAT(write(folder.path() / "nowhere" / "a.wav"), HasSubstr("cannot be written: No such file or directory"));
  EXPECT_THAT(write(folder.path() / "a.flac", 9), HasSubstr("cannot hold 9 channels"));
  EXPECT_THAT(write(folder.path() / "a.wav", 0), HasSubstr("cannot hold 0 channels"));
}

}  // namespace
