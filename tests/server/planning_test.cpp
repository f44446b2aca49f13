// note, play, stop, playhead, horizon: what is planned, and told, in virtual time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "support/melodies.hpp"
#include "support/world.hpp"

namespace server {
namespace {

using namespace std::chrono_literals;
using support::Heard;
using support::World;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

Config melodies() {
  auto config = support::plain_config();
  config.models.push_back(support::fake_melody());
  return config;
}

/// One event as it came.
struct Note {
  std::int64_t session = 0, seq = 0, generation = 0, at = 0, when = 0, duration = 0;
  double pitch = 0, velocity = 0;
  std::int64_t voice = 0;
  friend bool operator==(const Note&, const Note&) = default;
};

std::ostream& operator<<(std::ostream& out, const Note& note) {
  return out << "g" << note.generation << " at " << note.at << " +" << note.duration << " pitch " << note.pitch
             << " voice " << note.voice;
}

class Planned : public testing::Test {
 public:
  void SetUp() override {
    world.hello("host", 0);
    session = world.open("melody");
    set("seed", 7);
  }

  template <class... Values>
  Heard set(const std::string& attribute, const Values&... values) {
    return world.send("/oscine/v1/set", ++id, session, attribute, values...);
  }
  Heard play(std::int64_t at, int generation) { return re_plan("/oscine/v1/play", at, generation); }
  Heard stop(std::int64_t at, int generation) { return re_plan("/oscine/v1/stop", at, generation); }
  Heard re_plan(const std::string& address, std::int64_t at, int generation) {
    return world.send(address, ++id, session, static_cast<int>(at >> 16), static_cast<int>(at & 65535), generation);
  }
  Heard note(std::int64_t at, double pitch, double velocity, int duration) {
    return world.send("/oscine/v1/note", ++id, session, static_cast<int>(at >> 16), static_cast<int>(at & 65535), pitch,
                      velocity, duration);
  }
  Heard playhead(std::int64_t at, int seen = 0, double rate = 48000) {
    return world.send("/oscine/v1/playhead", session, static_cast<int>(at >> 16), static_cast<int>(at & 65535), seen,
                      rate);
  }
  /// All events that were ever sent.
  std::vector<Note> notes() const {
    std::vector<Note> out;
    for (const auto& sent : world.link.sent) {
      if (!support::text_of(sent.packet).starts_with("/event ")) continue;
      const auto n = [&sent](std::size_t i) { return static_cast<std::int64_t>(support::number_in(sent.packet, i)); };
      out.push_back({n(0), n(1), n(2), n(3) * 65536 + n(4), n(5), n(6), support::number_in(sent.packet, 8),
                     support::number_in(sent.packet, 9), n(10)});
    }
    return out;
  }
  std::vector<Note> notes_of(int generation) const {
    auto all = notes();
    std::set<std::pair<std::int64_t, std::int64_t>> known;  // what was sent again is the same note
    std::erase_if(all, [&](const Note& note) {
      return !known.emplace(note.session, note.seq).second || note.generation != generation;
    });
    for (auto& note : all) note.seq = 0;
    return all;
  }

  World world{melodies()};
  std::int32_t session = 0;
  int id = 100;
};

constexpr std::int64_t kSecond = 48000;

TEST_F(Planned, PlayFillsUpToTheHorizonAndHalfASecondMore) {
  EXPECT_THAT(play(0, 1).front(), StartsWith("/done "));
  const auto first = notes();
  ASSERT_FALSE(first.empty());
  EXPECT_EQ(first.front().at, 0);
  for (std::size_t i = 0; i < first.size(); ++i) {
    EXPECT_EQ(first[i].session, session);
    EXPECT_EQ(first[i].seq, static_cast<std::int64_t>(i) + 1);
    EXPECT_EQ(first[i].generation, 1);
    EXPECT_EQ(first[i].when, 1);
    EXPECT_EQ(first[i].voice, 1);
    EXPECT_EQ(first[i].velocity, 96);
    EXPECT_LT(first[i].at, 7 * kSecond / 10);  // 200 ms and 500 ms
  }
  playhead(10 * kSecond);
  const auto more = notes();
  EXPECT_GT(more.size(), first.size());
  EXPECT_GE(more.back().at + 2 * kSecond, 107 * kSecond / 10) << "filled: notes last up to two beats, of half a second";
  EXPECT_LT(more.back().at, 107 * kSecond / 10);
}

TEST_F(Planned, HorizonMovesHowFarItIsFilled) {
  play(0, 1);
  const auto before = notes().size();
  world.send("/oscine/v1/horizon", ++id, session, 10000);
  const auto after = notes();
  EXPECT_GT(after.size(), before);
  EXPECT_GT(after.back().at, 8 * kSecond);
  EXPECT_LT(after.back().at, 105 * kSecond / 10);
  world.send("/oscine/v1/horizon", ++id, session, 0);
  playhead(kSecond);
  EXPECT_EQ(notes().size(), after.size());
}

TEST_F(Planned, HorizonOfAnHourIsRefused) {
  EXPECT_THAT(world.send("/oscine/v1/horizon", 5, session, 3600000),
              ElementsAre(AllOf(HasSubstr(" 400 "), HasSubstr("0 to 60000"))));
}

TEST_F(Planned, TheLineIsTheSameHoweverOftenThePlayheadCame) {
  play(0, 1);
  playhead(30 * kSecond);
  const auto at_once = notes_of(1);
  world.send("/oscine/v1/reset", ++id, session);
  play(0, 2);
  for (std::int64_t at = 0; at <= 30 * kSecond; at += 1234) {
    playhead(at);
    world.advance(5ms);  // or packets wait for their pace
  }
  auto in_pieces = notes_of(2);
  for (auto& note : in_pieces) note.generation = 1;
  constexpr auto kTold = 29 * kSecond;  // in one leap what is long past is not told
  std::erase_if(in_pieces, [](const Note& note) { return note.at < kTold; });
  std::vector<Note> told = at_once;
  std::erase_if(told, [](const Note& note) { return note.at < kTold; });
  EXPECT_EQ(told, in_pieces);
  EXPECT_GT(told.size(), 2U);
}

TEST_F(Planned, AnotherSeedIsAnotherLineAndTheSameSeedTheSame) {
  play(0, 1);
  playhead(5 * kSecond);
  std::vector<std::vector<Note>> lines;
  for (const int seed : {7, 8}) {
    world.send("/oscine/v1/reset", ++id, session);
    set("seed", seed);
    play(0, seed);
    playhead(5 * kSecond);
    lines.push_back(notes_of(seed));
    for (auto& note : lines.back()) note.generation = 1;
  }
  EXPECT_EQ(lines[0], notes_of(1));
  EXPECT_NE(lines[1], notes_of(1));
}

TEST_F(Planned, ASeedMelodyIsGoneOnFrom) {
  set("temperature", 0);
  play(4 * kSecond, 1);
  const auto from_nothing = notes_of(1);
  note(0, 60, 90, kSecond);
  note(kSecond, 64, 90, kSecond);
  note(3 * kSecond, 67, 90, -1);
  play(4 * kSecond, 2);
  const auto from_seed = notes_of(2);
  ASSERT_FALSE(from_seed.empty());
  EXPECT_EQ(from_seed.front().pitch, 69) << "the fake rises by two from what was last";
  EXPECT_NE(from_nothing.front().pitch, 69);
}

TEST_F(Planned, ALaterGenerationTakesOverAtItsPositionAndTheOldOneFillsUpToIt) {
  play(0, 1);
  play(3 * kSecond, 2);
  for (std::int64_t at = 0; at <= 5 * kSecond; at += kSecond / 2) {
    playhead(at);
    world.advance(5ms);
  }
  const auto first = notes_of(1), second = notes_of(2);
  ASSERT_FALSE(second.empty());
  EXPECT_GE(second.front().at, 3 * kSecond);
  EXPECT_LE(second.front().at, 4 * kSecond) << "a rest at most";
  for (const auto& note : first) EXPECT_LT(note.at, 3 * kSecond);
  EXPECT_GE(first.back().at + 2 * kSecond, 3 * kSecond);
}

TEST_F(Planned, StopEndsTheLineThere) {
  play(0, 1);
  EXPECT_THAT(stop(2 * kSecond, 2).front(), StartsWith("/done "));
  playhead(10 * kSecond);
  for (const auto& note : notes()) EXPECT_LT(note.at, 2 * kSecond);
}

TEST_F(Planned, AGenerationThatDoesNotRiseIsRefusedAndChangesNothing) {
  play(0, 5);
  for (const int generation : {5, 4, 0}) {
    EXPECT_THAT(play(kSecond, generation), ElementsAre(AllOf(HasSubstr(" 409 "), HasSubstr("not above the last, 5"))));
    EXPECT_THAT(stop(0, generation), ElementsAre(HasSubstr(" 409 ")));
  }
  playhead(3 * kSecond);
  EXPECT_GE(notes_of(5).back().at, 2 * kSecond);
}

TEST_F(Planned, WhatIsSetActsAtTheNextPlay) {
  set("range", 48, 50);
  set("scale", "C", "D");
  play(0, 1);
  set("velocity", 30);
  playhead(8 * kSecond);
  for (const auto& note : notes_of(1)) {
    EXPECT_TRUE(note.pitch == 48 || note.pitch == 50) << note.pitch;
    EXPECT_EQ(note.velocity, 96);
  }
  play(9 * kSecond, 2);
  playhead(12 * kSecond);
  for (const auto& note : notes_of(2)) EXPECT_EQ(note.velocity, 30);
}

TEST_F(Planned, VoicesAreLinesOfTheirOwn) {
  set("voices", 3);
  play(0, 1);
  playhead(8 * kSecond);
  std::map<std::int64_t, std::vector<double>> pitches;
  std::int64_t last = 0;
  for (const auto& note : notes_of(1)) {
    pitches[note.voice].push_back(note.pitch);
    EXPECT_GE(note.at, last) << "in order of their positions";
    last = note.at;
  }
  ASSERT_EQ(pitches.size(), 3U);
  EXPECT_EQ(pitches.begin()->first, 1);
  EXPECT_NE(pitches[1], pitches[2]);
  EXPECT_NE(pitches[2], pitches[3]);
}

TEST_F(Planned, TicksKeepTheirBeatsWhateverTheTempo) {
  world.send("/oscine/v1/open", 50, "melody", "", 960.0, "ticks", 480);
  const auto samples = session;
  session = static_cast<std::int32_t>(support::number_in(world.link.sent.back().packet, 1));
  ASSERT_NE(session, samples);
  set("seed", 7);
  play(0, 1);
  for (int i = 0; i < 100; ++i) {
    playhead(i * 100, 0, 480.0 + 9.6 * i);  // 60 to 180 beats per minute
    world.advance(5ms);
  }
  const auto line = notes_of(1);
  ASSERT_GT(line.size(), 5U);
  for (const auto& note : line) EXPECT_EQ(note.at % 120, 0) << "sixteenths";
  EXPECT_GT(line.back().at, 9900) << "half a second and the horizon, less two beats at most";
}

TEST_F(Planned, NoMoreThanSoManyStepsLieAheadHoweverFastTheBeatsAre) {
  world.send("/oscine/v1/open", 50, "melody", "", 768000.0, "ticks", 480);  // 1600 beats a second
  session = static_cast<std::int32_t>(support::number_in(world.link.sent.back().packet, 1));
  world.send("/oscine/v1/horizon", ++id, session, 60000);
  play(0, 1);
  world.advance(10s);  // what waits for its turn is sent
  const auto first = notes_of(1).size();
  EXPECT_GT(first, Planning::kMost / 2);
  EXPECT_LE(first, Planning::kMost + Planning::kCalls);
  playhead(768000, 0x7fffff, 768000);
  world.advance(10s);
  EXPECT_GT(notes_of(1).size(), first) << "what was passed makes room";
}

TEST_F(Planned, AllThatLiesAheadCanBeAskedForAgain) {
  set("voices", 8);
  set("tempo", 400.0);
  world.send("/oscine/v1/horizon", ++id, session, 20000);
  play(0, 1);
  world.advance(10s);
  const auto line = notes();
  ASSERT_GT(line.size(), KeptEvents::kMost);
  world.send("/oscine/v1/resend", ++id, session, 1);
  world.advance(10s);
  EXPECT_EQ(notes().size(), 2 * line.size());
}

TEST_F(Planned, WithoutPlayheadNothingMoreIsPlannedAndWithItTheLineGoesOn) {
  play(0, 1);
  const auto before = notes().size();
  world.advance(6s);
  EXPECT_EQ(notes().size(), before);
  playhead(6 * kSecond);
  EXPECT_GE(notes().back().at, 5 * kSecond);
}

TEST_F(Planned, AJumpBackPlansAnewFromThere) {
  play(0, 1);
  playhead(20 * kSecond);
  const auto line = notes_of(1);
  const auto middle = line.back().at + line.back().duration / 2;
  play(middle - 15 * kSecond, 2);
  const auto again = notes_of(2);
  ASSERT_FALSE(again.empty());
  EXPECT_EQ(again.front().at, middle - 15 * kSecond);
  EXPECT_LT(again.back().at, middle - 14 * kSecond) << "filled from where the host now is";
}

TEST_F(Planned, UnseenEventsAreSentAgainWhileTheyAreAhead) {
  world.send("/oscine/v1/horizon", ++id, session, 3000);
  play(0, 1);
  const auto line = notes();
  ASSERT_GT(line.size(), 3U);
  world.advance(2500ms);  // answers would be given up by now
  playhead(kSecond, 1);
  std::int64_t again = 0;
  for (std::size_t i = line.size(); i < notes().size(); ++i) again += notes()[i].seq <= line.back().seq ? 1 : 0;
  const auto ahead = std::count_if(line.begin() + 1, line.end(), [](const Note& note) { return note.at >= kSecond; });
  EXPECT_EQ(again, ahead);
  EXPECT_GT(ahead, 0);
}

TEST_F(Planned, WhatAPlayMadeVoidIsNotSentAgain) {
  world.send("/oscine/v1/horizon", ++id, session, 3000);
  play(0, 1);
  stop(kSecond, 2);
  const auto line = notes();
  world.advance(2500ms);
  playhead(0, 0);
  for (std::size_t i = line.size(); i < notes().size(); ++i) EXPECT_LT(notes()[i].at, kSecond);
}

TEST_F(Planned, ResendGivesTheKeptOnes) {
  play(0, 1);
  const auto count = notes().size();
  EXPECT_THAT(world.send("/oscine/v1/resend", 9, session, 1).back(), HasSubstr(std::to_string(count)));
  EXPECT_EQ(notes().size(), 2 * count);
}

TEST_F(Planned, AClosedSessionIsGone) {
  play(0, 1);
  world.send("/oscine/v1/close", ++id, session);
  EXPECT_THAT(play(0, 2), ElementsAre(AllOf(HasSubstr(" 410 "), HasSubstr("open again"))));
  EXPECT_THAT(note(0, 60, 90, 100), ElementsAre(HasSubstr(" 410 ")));
  EXPECT_THAT(playhead(0), ElementsAre(HasSubstr(" 410 ")));
}

TEST_F(Planned, ByeEndsAJobThatIsAtWork) {
  world.workers.held = true;
  play(0, 1);
  world.send("/oscine/v1/bye", 90);
  world.workers.held = false;
  world.settle();
  EXPECT_THAT(notes(), IsEmpty());
}

TEST_F(Planned, ALostLeaseEndsIt) {
  play(0, 1);
  world.advance(40s);
  EXPECT_THAT(playhead(kSecond), ElementsAre(HasSubstr(" 410 ")));
}

TEST_F(Planned, APositionAWeekAheadIsRefused) {
  play(0, 1);
  const auto week = 7 * 24 * 3600 * kSecond;
  EXPECT_THAT(play(week, 2), ElementsAre(AllOf(HasSubstr(" 400 "), HasSubstr("604800 s ahead"))));
  EXPECT_THAT(stop(week, 2), ElementsAre(HasSubstr(" 400 ")));
  EXPECT_THAT(note(week, 60, 90, 100), ElementsAre(HasSubstr(" 400 ")));
  playhead(3 * kSecond);
  EXPECT_GE(notes_of(1).back().at, 2 * kSecond) << "and the line goes on";
}

TEST_F(Planned, APositionInThePastIsPlayedFromThereAndThePlayheadSaysWhatIsLate) {
  playhead(100 * kSecond);
  play(95 * kSecond, 1);
  ASSERT_FALSE(notes_of(1).empty());
  EXPECT_EQ(notes_of(1).front().at, 95 * kSecond);
  const auto before = notes().size();
  playhead(100 * kSecond);
  const auto all = notes();
  ASSERT_GT(all.size(), before);
  EXPECT_GE(all[before].at, 99 * kSecond) << "later than a second: told to nobody";
}

TEST_F(Planned, APlayheadThatLeftTheLineBehindEndsItAndSaysSo) {
  play(0, 1);
  EXPECT_THAT(playhead(3600 * kSecond),
              ElementsAre(AllOf(StartsWith("/fail 0 "), HasSubstr(" 409 "), HasSubstr("play from where it is"))));
  EXPECT_THAT(playhead(3600 * kSecond + 1), IsEmpty());
  play(3600 * kSecond, 2);
  EXPECT_FALSE(notes_of(2).empty());
}

TEST_F(Planned, ANoteOutsideMidiIsRefused) {
  EXPECT_THAT(note(0, 128, 90, 100), ElementsAre(AllOf(HasSubstr(" 400 "), HasSubstr("pitch"), HasSubstr("127"))));
  EXPECT_THAT(note(0, -1, 90, 100), ElementsAre(HasSubstr(" 400 ")));
  EXPECT_THAT(note(0, 60, 128, 100), ElementsAre(AllOf(HasSubstr(" 400 "), HasSubstr("velocity"))));
  EXPECT_THAT(note(0, 127, 90, 100).front(), StartsWith("/done ")) << "moved by octaves";
}

TEST_F(Planned, AnotherSampleRateIsToldAndChangesNothing) {
  play(0, 1);
  const auto before = notes().size();
  EXPECT_THAT(playhead(10 * kSecond, 0, 44100), ElementsAre(AllOf(StartsWith("/fail 0 "), HasSubstr(" 409 "),
                                                                  HasSubstr("44100"), HasSubstr("open again"))));
  EXPECT_EQ(notes().size(), before);
}

TEST_F(Planned, SettingsAreCheckedAndReadBack) {
  EXPECT_THAT(set("temperature", 5).front(), AllOf(HasSubstr(" 400 "), HasSubstr("0..4")));
  EXPECT_THAT(set("range", 60, 40).front(), AllOf(HasSubstr(" 400 "), HasSubstr("lowest note first")));
  EXPECT_THAT(set("range", 0, 10).front(), AllOf(HasSubstr(" 400 "), HasSubstr("48 to 72")));
  EXPECT_THAT(set("scale", "mayor").front(), AllOf(HasSubstr(" 400 "), HasSubstr("pentatonic")));
  EXPECT_THAT(set("voices", 9).front(), HasSubstr(" 400 "));
  EXPECT_THAT(set("temprature", 1).front(), AllOf(HasSubstr(" 404 "), HasSubstr("'temperature'")));
  EXPECT_THAT(set("scale", "minor").front(), StartsWith("/done "));
  EXPECT_THAT(set("root", "F#").front(), StartsWith("/done "));
  EXPECT_THAT(world.send("/oscine/v1/get", 9, session, "scale").front(), HasSubstr("'minor'"));
  EXPECT_THAT(world.send("/oscine/v1/get", 9, session, "range").front(), HasSubstr("48 72"));
  EXPECT_THAT(world.send("/oscine/v1/set/at", ++id, session, 0, 0, "velocity", 3).front(),
              AllOf(HasSubstr(" 409 "), HasSubstr("/play")));
}

TEST_F(Planned, ASessionOfAnotherKindPlansNothing) {
  session = world.open("sum");
  EXPECT_THAT(play(0, 1), ElementsAre(AllOf(HasSubstr(" 409 "), HasSubstr("kind melody"))));
}

TEST_F(Planned, AModelThatFailsIsToldAndTriedAgain) {
  auto config = melodies();
  config.models.push_back(support::fake_melody("failing"));
  config.models.back().card.options = {{"does", "throw"}, {"when", "20"}};
  World other(config);
  other.hello("host", 0);
  const auto number = other.open("failing");
  other.send("/oscine/v1/note", 1, number, 0, 0, 68.0, 90.0, 24000);  // index 20: the model raises
  const auto answer = other.send("/oscine/v1/play", 2, number, 0, 24000, 1);
  EXPECT_THAT(answer, ElementsAre(StartsWith("/done "), AllOf(StartsWith("/fail 0 "), HasSubstr("raised"))));
}

}  // namespace
}  // namespace server
