// Kind melody: what a card may say, what settings allow, and what a line is made of.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "models/melody.hpp"
#include "support/melody_card.hpp"

namespace models {
namespace {

using testing::HasSubstr;

Card card() { return support::melody_card(); }

constexpr std::int64_t kBeat = 480;
const MelodyTime kTime{kBeat, 0, 4};

std::shared_ptr<const Model> loaded(const Card& of = card()) {
  auto model = load(of);
  EXPECT_TRUE(model) << model.error().message;
  return model ? *model : nullptr;
}

std::vector<MelodyLine::Planned> line_of(const MelodySettings& settings, std::int64_t until = 64 * kBeat,
                                         std::size_t calls = 1 << 20, const std::vector<PlayedNote>& played = {},
                                         std::int64_t from = 0) {
  const auto model = loaded();
  const auto instance = model->instance();
  const std::vector<std::vector<MelodyStep>> past{melody_in(card().melody, kTime, played, from)};
  MelodyLine line(card().melody, settings, kTime, from, past);
  std::vector<MelodyLine::Planned> out;
  while (line.reached() < until) EXPECT_TRUE(line.advance(**instance, until, calls, out));
  return out;
}

TEST(Melody, ItsStepsFollowEachOtherWithoutAHole) {
  std::int64_t at = 0;
  for (const auto& [voice, step] : line_of(MelodySettings(card().melody))) {
    EXPECT_EQ(voice, 0);
    EXPECT_EQ(step.onset, at);
    EXPECT_EQ(static_cast<double>(step.end - step.onset),
              kBeat * card().melody.durations[static_cast<std::size_t>(step.duration)]);
    at = step.end;
  }
  EXPECT_GE(at, 64 * kBeat);
}

TEST(Melody, ALineIsTheSameHoweverItIsCutIntoCalls) {
  MelodySettings settings(card().melody);
  settings.voices = 3;
  const std::vector<PlayedNote> played{{0, kBeat, 60}, {kBeat, 3 * kBeat, 64}};
  const auto whole = line_of(settings, 64 * kBeat, 1 << 20, played, 4 * kBeat);
  for (const std::size_t calls : {1U, 2U, 7U})
    EXPECT_EQ(line_of(settings, 64 * kBeat, calls, played, 4 * kBeat), whole);
}

TEST(Melody, AtTemperatureZeroTheBestScoreWins) {
  MelodySettings settings(card().melody);
  settings.temperature = 0;
  const auto line = line_of(settings, 8 * kBeat);
  for (std::size_t i = 1; i < line.size() && line[i].step.pitch < 24; ++i) {
    EXPECT_EQ(line[i].step.pitch, line[i - 1].step.pitch + 2);
  }
}

TEST(Melody, ATinyTopPIsTheBestScoreToo) {
  MelodySettings greedy(card().melody), narrow(card().melody);
  greedy.temperature = 0;
  narrow.top_p = 0;
  EXPECT_EQ(line_of(greedy), line_of(narrow));
}

TEST(Melody, DensityMakesNotesShorter) {
  MelodySettings sparse(card().melody), dense(card().melody);
  sparse.density = 0;
  dense.density = 1;
  EXPECT_GT(line_of(dense).size(), 3 * line_of(sparse).size() / 2);
}

TEST(Melody, ScaleRootAndRangeHoldForEveryNote) {
  MelodySettings settings(card().melody);
  ASSERT_TRUE(settings.set("scale", std::vector<Value>{std::string("minor-pentatonic")}));
  ASSERT_TRUE(settings.set("root", std::vector<Value>{std::string("D")}));
  ASSERT_TRUE(settings.set("range", std::vector<Value>{50, 66}));
  int notes = 0;
  for (const auto& [voice, step] : line_of(settings)) {
    if (card().melody.is_rest(step.pitch)) continue;
    const int note = 48 + step.pitch;
    EXPECT_TRUE(note >= 50 && note <= 66) << note;
    EXPECT_THAT((std::vector<int>{2, 5, 7, 9, 0}), testing::Contains(note % 12));
    ++notes;
  }
  EXPECT_GT(notes, 10);
}

TEST(Melody, ScalesAreNamesOrPitchClassesAndAlwaysLeaveANote) {
  MelodySettings settings(card().melody);
  const auto set = [&settings](const char* name, std::vector<Value> values) { return settings.set(name, values); };
  EXPECT_TRUE(set("scale", {std::string("C D E G A")}));
  EXPECT_FALSE(settings.allows(61));
  EXPECT_TRUE(set("scale", {0, 4, 7.0F}));
  EXPECT_TRUE(settings.allows(64) && settings.allows(67) && !settings.allows(62));
  EXPECT_TRUE(set("scale", {std::string("Cb"), std::string("B#")}));
  EXPECT_TRUE(settings.allows(59) && settings.allows(60) && !settings.allows(61));
  EXPECT_TRUE(set("scale", {std::string("F#")}));
  EXPECT_THAT(set("range", {55, 56}).error().message, HasSubstr("no note from 55 to 56"));
  EXPECT_TRUE(settings.allows(66)) << "nothing has changed";
  for (const char* wrong : {"", "H", "C D X", "12", "majör"}) {
    EXPECT_FALSE(set("scale", {std::string(wrong)})) << wrong;
  }
  EXPECT_FALSE(set("root", {std::string("H")}));
}

TEST(Melody, WhatIsPlayedBecomesSteps) {
  const auto& melody = card().melody;
  const auto steps =
      melody_in(melody, kTime,
                std::vector<PlayedNote>{{0, kBeat, 60},                     // a beat
                                        {0, kBeat, 55},                     // below it: not the melody
                                        {kBeat, 5 * kBeat, 24},             // cut by the next, up two octaves
                                        {2 * kBeat, 2 * kBeat + 110, 72}},  // nearly a sixteenth; then a rest
                4 * kBeat);
  ASSERT_GE(steps.size(), 4U);
  EXPECT_EQ(steps[0], (MelodyStep{0, kBeat, 12, 2}));
  EXPECT_EQ(steps[1], (MelodyStep{kBeat, 2 * kBeat, 0, 2}));
  EXPECT_EQ(steps[2], (MelodyStep{2 * kBeat, 2 * kBeat + 110, 24, 0}));
  EXPECT_TRUE(melody.is_rest(steps[3].pitch));
  EXPECT_LE(steps.back().end, 4 * kBeat);
}

TEST(Melody, ChanceIsEvenAndHangsOnAllThree) {
  double sum = 0;
  for (int i = 0; i < 20000; ++i) sum += melody_chance(3, 1, i * 120);
  EXPECT_NEAR(sum / 20000, 0.5, 0.01);
  const auto one = melody_chance(3, 1, 480);
  EXPECT_EQ(one, melody_chance(3, 1, 480));
  EXPECT_NE(one, melody_chance(4, 1, 480));
  EXPECT_NE(one, melody_chance(3, 2, 480));
  EXPECT_NE(one, melody_chance(3, 1, 481));
}

TEST(Melody, CardsThatSayNonsenseAreRefused) {
  const auto refused = [](auto change) {
    auto wrong = card();
    change(wrong);
    const auto status = check(wrong);
    return status ? std::string("it was taken") : status.error().message;
  };
  EXPECT_THAT(refused([](Card& c) { c.melody.highest = 40; }), HasSubstr("melody.pitches"));
  EXPECT_THAT(refused([](Card& c) { c.melody.durations.clear(); }), HasSubstr("no duration"));
  EXPECT_THAT(refused([](Card& c) { c.melody.durations = {1, 0.5F}; }), HasSubstr("do not rise"));
  EXPECT_THAT(refused([](Card& c) { c.melody.durations = {-1}; }), HasSubstr("above 0"));
  EXPECT_THAT(refused([](Card& c) { c.melody.beats_per_bar = NAN; }), HasSubstr("beats_per_bar"));
  EXPECT_THAT(refused([](Card& c) { c.state = true; }), HasSubstr("state"));
}

TEST(Melody, AModelThatGivesTheWrongShapeOrNoNumbersIsRefusedAtLoad) {
  for (const char* does : {"shape", "nan"}) {
    auto wrong = card();
    wrong.options = {{"does", does}};
    EXPECT_FALSE(load(wrong)) << does;
  }
}

}  // namespace
}  // namespace models
