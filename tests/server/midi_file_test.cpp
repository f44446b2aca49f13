// MIDI files: what is read is what was written, and whatever a file holds gets one sentence.
#include "server/cli/midi_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "server/cli/piano_roll.hpp"

namespace server {
namespace {

using testing::HasSubstr;

MidiFile three_notes() {
  MidiFile midi;
  midi.ticks_per_beat = 480;
  midi.tempo = 90;
  midi.beats_per_bar = 3;
  midi.notes = {{0, 480, 60, 90, 0}, {480, 700, 64, 80, 1}, {480, 40000, 67, 127, 0}};
  return midi;
}

using Raw = std::vector<std::uint8_t>;

Raw file_of(Raw track, std::uint8_t format = 0, std::uint8_t division = 96) {
  Raw out{'M', 'T', 'h', 'd', 0, 0, 0, 6, 0, format, 0, 1, 0, division, 'M', 'T', 'r', 'k', 0, 0, 0};
  out.push_back(static_cast<std::uint8_t>(track.size()));
  out.insert(out.end(), track.begin(), track.end());
  return out;
}

std::string refused(const Raw& bytes) {
  const auto midi = parse_midi(bytes);
  return midi ? "it was read" : midi.error().message;
}

TEST(MidiFile, WhatIsWrittenIsRead) {
  const auto wanted = three_notes();
  const auto got = parse_midi(midi_bytes(wanted));
  ASSERT_TRUE(got) << got.error().message;
  EXPECT_EQ(got->notes, wanted.notes);
  EXPECT_EQ(got->ticks_per_beat, 480);
  EXPECT_NEAR(got->tempo, 90, 1e-3);
  EXPECT_EQ(got->beats_per_bar, 3);
}

TEST(MidiFile, RunningStatusAndNoteOnsOfVelocityZeroAreRead) {
  const auto midi = parse_midi(file_of({0, 0x90, 60, 90, 48, 60, 0, 0, 62, 90, 48, 62, 0, 0, 0xff, 0x2f, 0}));
  ASSERT_TRUE(midi) << midi.error().message;
  EXPECT_EQ(midi->notes, (std::vector<MidiNote>{{0, 48, 60, 90, 0}, {48, 96, 62, 90, 0}}));
}

TEST(MidiFile, ANoteThatNobodyEndsIsHeldToTheEnd) {
  const auto midi = parse_midi(file_of({0, 0x90, 60, 90, 96, 0xff, 0x2f, 0}));
  ASSERT_TRUE(midi) << midi.error().message;
  EXPECT_EQ(midi->notes, (std::vector<MidiNote>{{0, 96, 60, 90, 0}}));
}

TEST(MidiFile, WhatIsNoneIsRefusedInASentence) {
  EXPECT_THAT(refused({}), HasSubstr("is no MIDI file"));
  EXPECT_THAT(refused({'R', 'I', 'F', 'F', 0, 0, 0, 6}), HasSubstr("is no MIDI file"));
  EXPECT_THAT(refused({'M', 'T', 'h', 'd', 0, 0, 0, 6, 0}), HasSubstr("cut short"));
  EXPECT_THAT(refused(file_of({}, 2)), HasSubstr("format 2"));
  EXPECT_THAT(refused(file_of({}, 0, 0)), HasSubstr("frames of film"));
  EXPECT_THAT(refused({'M', 'T', 'h', 'd', 0, 0, 0, 6, 0, 0, 0, 1, 0, 96}), HasSubstr("no track"));
  EXPECT_THAT(refused(file_of({0, 60, 90})), HasSubstr("where an event should begin"));
  EXPECT_THAT(refused(file_of({0, 0x90, 60})), HasSubstr("cut short within"));
  EXPECT_THAT(refused(file_of({0, 0x90, 60, 0x90})), HasSubstr("numbers are none"));
  EXPECT_THAT(refused(file_of({0xff, 0xff, 0xff, 0xff, 0x90, 60, 90})), HasSubstr("cut short within"));
  EXPECT_THAT(refused(file_of({0, 0xff, 0x51, 3, 0, 0, 0})), HasSubstr("tempo"));
  EXPECT_THAT(refused(file_of({0, 0xff, 0x58, 4, 0, 2, 24, 8})), HasSubstr("time signature"));
  auto cut = midi_bytes(three_notes());
  cut.resize(cut.size() - 5);
  EXPECT_THAT(refused(cut), HasSubstr("cut short"));
}

TEST(MidiFile, DamagedFilesAreReadOrRefusedAndNothingElse) {
  std::mt19937 numbers(1);
  const auto whole = midi_bytes(three_notes());
  for (int i = 0; i < 20000; ++i) {
    auto damaged = whole;
    for (unsigned n = 0; n <= numbers() % 4; ++n)
      damaged[numbers() % damaged.size()] = static_cast<std::uint8_t>(numbers());
    damaged.resize(numbers() % (damaged.size() + 1));
    const auto midi = parse_midi(damaged);
    if (!midi) continue;
    for (const auto& note : midi->notes) {
      ASSERT_LE(note.onset, note.end);
      ASSERT_TRUE(note.pitch >= 0 && note.pitch < 128 && note.velocity > 0 && note.velocity < 128);
    }
  }
}

TEST(PianoRoll, DrawsEachNoteOnceAndTheNewOnesInColour) {
  const auto svg = piano_roll(three_notes(), 480);
  const auto count = [&svg](const std::string& what) {
    std::size_t found = 0;
    for (auto at = svg.find(what); at != std::string::npos; at = svg.find(what, at + 1)) ++found;
    return found;
  };
  EXPECT_EQ(count("fill=\"#999\""), 1U);
  EXPECT_EQ(count("fill=\"#0b6e99\""), 1U);
  EXPECT_EQ(count("fill=\"#c2570c\""), 1U);
  EXPECT_THAT(svg, HasSubstr(">C4<"));
}

}  // namespace
}  // namespace server
