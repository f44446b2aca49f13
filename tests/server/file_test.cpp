// file, cancel, job: a sound file through a session.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>

#include "server/folder.hpp"
#include "support/world.hpp"

namespace server {
namespace {

using support::World;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;
using namespace std::chrono_literals;

/// A WAV of 16 bits.
std::string wav(const std::vector<float>& samples, int rate, int channels = 1) {
  std::string data;
  const auto put = [&data](std::uint32_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) data.push_back(static_cast<char>(value >> (8 * i) & 0xff));
  };
  const auto bytes = static_cast<std::uint32_t>(samples.size() * 2);
  data = "RIFF";
  put(36 + bytes, 4);
  data += "WAVEfmt ";
  put(16, 4);
  put(1, 2);
  put(static_cast<std::uint32_t>(channels), 2);
  put(static_cast<std::uint32_t>(rate), 4);
  put(static_cast<std::uint32_t>(rate * channels * 2), 4);
  put(static_cast<std::uint32_t>(channels * 2), 2);
  put(16, 2);
  data += "data";
  put(bytes, 4);
  for (const float sample : samples) put(static_cast<std::uint16_t>(static_cast<std::int16_t>(sample * 32768)), 2);
  return data;
}

/// A world with one open folder, and a session of the classifier that tells loud from quiet.
struct Files {
  support::Folder folder;
  World world{config()};
  std::int32_t session = 0;

  Files() {
    world.as(support::tcp(1));  // nothing is paced
    session = world.open("loudness", "", 8000);
    world.heard();
  }
  Config config() {
    auto made = support::hearing_config();
    made.file_folders = {folder.path()};
    return made;
  }
  support::Heard file(const std::string& path, int id = 5) { return world.send("/oscine/v1/file", id, session, path); }
};

TEST(File, GivesTheEventsOfItsSoundAndThenDone) {
  Files files;
  files.folder.write("quiet.wav", wav(std::vector<float>(1600, 0.0F), 8000));
  EXPECT_THAT(files.file("quiet.wav"),
              ElementsAre(HasSubstr(" 1 0 0 0 0 800 'label' 'quiet' 1. 1"), HasSubstr(" 2 0 0 400 0 800 'label'"),
                          HasSubstr(" 3 0 0 800 0 800 'label'"), "/done 5 '/oscine/v1/file'"));
}

TEST(File, CountsItsPositionsInTheSamplesOfTheSession) {
  Files files;
  files.folder.write("fast.wav", wav(std::vector<float>(9600, 0.0F), 48000));
  EXPECT_THAT(files.file("fast.wav"),
              ElementsAre(HasSubstr(" 1 0 0 0 0 800 'label'"), HasSubstr(" 2 0 0 400 0 800 'label'"),
                          HasSubstr(" 3 0 0 800 0 800 'label'"), StartsWith("/done")));
}

TEST(File, ThatIsShorterThanAWindowIsFilledUpWithSilence) {
  Files files;
  files.folder.write("short.wav", wav(std::vector<float>(200, 0.5F), 8000));
  EXPECT_THAT(files.file("short.wav"), ElementsAre(HasSubstr("'quiet' 0.75 1"), StartsWith("/done")));
}

TEST(File, LeavesWhatIsHeardLiveAlone) {
  Files files;
  files.folder.write("loud.wav", wav(std::vector<float>(1600, 0.5F), 8000));
  files.world.packet(support::osc_with("/oscine/v1/frames", std::vector<float>(400, 0.0F), files.session, 1, 0, 0, 1));
  files.file("loud.wav");
  EXPECT_THAT(files.world.packet(
                  support::osc_with("/oscine/v1/frames", std::vector<float>(400, 0.0F), files.session, 2, 0, 400, 1)),
              ElementsAre(HasSubstr("'quiet' 1. 1")));
}

TEST(File, OutsideTheFoldersIsForbiddenAndNotLookedFor) {
  Files files;
  for (const auto* path : {"/etc/passwd", "../secret.wav", "/no/such/file.wav"}) {
    EXPECT_THAT(files.file(path), ElementsAre(AllOf(HasSubstr(" 403 "), HasSubstr("file_folders")))) << path;
  }
  EXPECT_THAT(files.file("none.wav"), ElementsAre(AllOf(HasSubstr(" 404 "), HasSubstr("there is no 'none.wav'"))));
  World closed(support::hearing_config());
  const auto session = closed.open("loudness", "", 8000);
  closed.heard();
  EXPECT_THAT(closed.send("/oscine/v1/file", 5, session, "a.wav"),
              ElementsAre(AllOf(HasSubstr(" 403 "), HasSubstr("file_folders lists them"))));
}

TEST(File, ThatIsNoSoundIsRefusedInASentence) {
  Files files;
  files.folder.write("text.wav", "this is no sound");
  files.folder.write("empty.wav", "");
  files.folder.write("nothing.wav", wav({}, 8000));
  for (const auto* path : {"text.wav", "empty.wav", "nothing.wav"}) {
    EXPECT_THAT(files.file(path), ElementsAre(AllOf(StartsWith("/fail 5"), HasSubstr(path)))) << path;
  }
  EXPECT_THAT(files.file("."), ElementsAre(StartsWith("/fail 5")));
}

TEST(File, ForAModelThatTakesNumbersIsRefused) {
  Files files;
  const auto sum = files.world.open("sum");
  files.world.heard();
  EXPECT_THAT(files.world.send("/oscine/v1/file", 5, sum, "a.wav"), ElementsAre(HasSubstr(" 409 ")));
  EXPECT_THAT(files.world.send("/oscine/v1/file", 6, files.session, "a.wav", "b.wav"),
              ElementsAre(AllOf(HasSubstr(" 409 "), HasSubstr("makes no sound"))));
}

TEST(File, CanBeCancelled) {
  Files files;
  files.folder.write("long.wav", wav(std::vector<float>(100'000, 0.0F), 8000));
  files.world.workers.held = true;
  EXPECT_THAT(files.file("long.wav"), SizeIs(0));
  EXPECT_THAT(files.file("long.wav", 6), ElementsAre(AllOf(HasSubstr(" 409 "), HasSubstr("a file runs"))));
  EXPECT_THAT(files.world.send("/oscine/v1/cancel", 7, 4), ElementsAre(HasSubstr(" 404 ")));
  EXPECT_THAT(files.world.send("/oscine/v1/cancel", 8, 5), ElementsAre(StartsWith("/done 8")));
  files.world.workers.held = false;
  files.world.settle();
  EXPECT_THAT(files.world.heard(), ElementsAre(AllOf(StartsWith("/fail 5"), HasSubstr(" 408 "))));
}

TEST(File, EndsWithItsSession) {
  Files files;
  files.folder.write("long.wav", wav(std::vector<float>(100'000, 0.0F), 8000));
  files.world.workers.held = true;
  files.file("long.wav");
  EXPECT_THAT(files.world.send("/oscine/v1/close", 8, files.session), ElementsAre(StartsWith("/done 8")));
  files.world.workers.held = false;
  files.world.settle();
  EXPECT_THAT(files.world.heard(), ElementsAre(AllOf(StartsWith("/fail 5"), HasSubstr(" 410 "))));
  EXPECT_TRUE(files.world.daemon.drained());
}

TEST(File, TellsHowFarItIsEveryHalfSecond) {
  Files files;
  files.folder.write("long.wav", wav(std::vector<float>(40'000, 0.0F), 8000));
  files.world.workers.held = true;
  files.file("long.wav");
  files.world.clock.advance(600ms);
  ASSERT_TRUE(files.world.workers.step());
  EXPECT_THAT(files.world.heard(), ::testing::Contains(AllOf(StartsWith("/job 5 'file' 'running' 0.4"))));
}

}  // namespace
}  // namespace server
