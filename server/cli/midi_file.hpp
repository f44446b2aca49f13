#pragma once
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace server {

/// A note of a MIDI file. Positions are ticks.
struct MidiNote {
  std::int64_t onset = 0, end = 0;
  int pitch = 60, velocity = 96;
  int channel = 0;  ///< 0..15
  friend bool operator==(const MidiNote&, const MidiNote&) = default;
};

/// The notes of a standard MIDI file, all tracks in one; tempo and meter are the first that it names.
struct MidiFile {
  int ticks_per_beat = 480;     ///< of a quarter note
  double tempo = 120;           ///< quarter notes per minute
  double beats_per_bar = 0;     ///< quarter notes; 0: the file does not say
  std::vector<MidiNote> notes;  ///< by onset
};

/// Reads formats 0 and 1. Fails: kMalformed: what is wrong, in a sentence that begins behind the file's name ("is no
/// MIDI file"). Thread: [any].
base::Result<MidiFile> parse_midi(std::span<const std::uint8_t> bytes);
/// The same of a file of 16 MB at most; sentences name it. Fails: kUnknown (there is none), kTooLarge, kMalformed.
base::Result<MidiFile> read_midi(const std::filesystem::path& file);

/// A file of format 0. Notes beyond what a tick count of the format can say are cut.
std::vector<std::uint8_t> midi_bytes(const MidiFile& midi);

}  // namespace server
