#pragma once
#include <string>

#include "server/cli/midi_file.hpp"

namespace server {

/// A picture of the notes, as SVG: time to the right, pitch upwards, a line at each bar, a letter at each C. Notes from
/// `from` (ticks) on stand out, each channel in a colour of its own.
std::string piano_roll(const MidiFile& midi, std::int64_t from);

}  // namespace server
