#include "server/cli/piano_roll.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace server {

namespace {

constexpr double kBeat = 24, kRow = 6, kLeft = 34, kTop = 8;  // px
constexpr std::array<const char*, 8> kColours{"#0b6e99", "#c2570c", "#3f7d20", "#8a3ffc",
                                              "#b3261e", "#00796b", "#7a5c00", "#ad1457"};

std::string rectangle(double x, double y, double width, double height, const char* fill) {
  std::array<char, 160> text{};
  std::snprintf(text.data(), text.size(), "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"/>\n",
                x, y, width, height, fill);
  return text.data();
}

std::string label(double x, double y, const std::string& words) {
  std::array<char, 64> place{};
  std::snprintf(place.data(), place.size(), "<text x=\"%.1f\" y=\"%.1f\">", x, y);
  return place.data() + words + "</text>\n";
}

bool black(int pitch) {
  constexpr std::array<bool, 12> kBlack{false, true, false, true, false, false, true, false, true, false, true, false};
  return kBlack[static_cast<std::size_t>(pitch % 12)];
}

}  // namespace

std::string piano_roll(const MidiFile& midi, std::int64_t from) {
  int lowest = 59, highest = 72;
  std::int64_t end = midi.ticks_per_beat;
  for (const auto& note : midi.notes) {
    lowest = std::min(lowest, note.pitch - 1);
    highest = std::max(highest, note.pitch + 1);
    end = std::max(end, note.end);
  }
  lowest = std::max(lowest, 0);
  const double beat = midi.ticks_per_beat, bar = midi.beats_per_bar > 0 ? midi.beats_per_bar : 4;
  const double beats = static_cast<double>(end) / beat;
  const double width = kLeft + beats * kBeat + kTop, height = 2 * kTop + kRow * (highest - lowest + 1) + 12;
  const auto y_of = [&](int pitch) { return kTop + kRow * (highest - pitch); };
  std::array<char, 200> head{};
  std::snprintf(head.data(), head.size(),
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" font-family=\"sans-serif\" "
                "font-size=\"8\" fill=\"#555\">\n",
                width, height);
  std::string svg = head.data() + rectangle(0, 0, width, height, "#fff");
  for (int pitch = lowest; pitch <= highest; ++pitch) {
    if (black(pitch)) svg += rectangle(kLeft, y_of(pitch), beats * kBeat, kRow, "#f1f1f1");
    if (pitch % 12 == 0) svg += label(6, y_of(pitch) + kRow, "C" + std::to_string(pitch / 12 - 1));
  }
  int number = 1;
  for (double at = 0; at < beats; at += bar, ++number) {
    svg += rectangle(kLeft + at * kBeat, kTop, 0.5, kRow * (highest - lowest + 1), "#bbb");
    if (number % 4 == 1) svg += label(kLeft + at * kBeat, height - 4, std::to_string(number));
  }
  for (const auto& note : midi.notes) {
    const char* colour =
        note.onset < from ? "#999" : kColours[static_cast<std::size_t>(note.channel) % kColours.size()];
    svg +=
        rectangle(kLeft + static_cast<double>(note.onset) / beat * kBeat, y_of(note.pitch),
                  std::max(1.0, static_cast<double>(note.end - note.onset) / beat * kBeat - 0.8), kRow - 0.6, colour);
  }
  return svg + "</svg>\n";
}

}  // namespace server
