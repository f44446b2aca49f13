// What was played, as steps of a melody.
#include <algorithm>
#include <cmath>

#include "models/melody.hpp"

namespace models {

namespace {

constexpr std::size_t kMostRests = 8;  ///< of one gap: what is longer ago says little

int nearest_duration(const MelodyCard& card, double beats) {
  const auto distance = [beats](float duration) { return std::abs(static_cast<double>(duration) - beats); };
  const auto nearest = std::min_element(card.durations.begin(), card.durations.end(),
                                        [&distance](float a, float b) { return distance(a) < distance(b); });
  return static_cast<int>(nearest - card.durations.begin());
}

/// By octaves into the card's pitches; a card of less than an octave takes the nearest.
int pitch_index(const MelodyCard& card, int note) {
  while (note < card.lowest) note += 12;
  while (note > card.highest) note -= 12;
  return std::clamp(note, card.lowest, card.highest) - card.lowest;
}

std::int64_t units(const MelodyTime& time, float beats) {
  return std::max<std::int64_t>(1, std::llround(static_cast<double>(beats) * time.units_per_beat));
}

/// The longest rests that fit, up to `until`; what is too short for any stays a gap.
void add_rests(const MelodyCard& card, const MelodyTime& time, std::int64_t at, std::int64_t until,
               std::vector<MelodyStep>& steps) {
  if (!card.rest) return;
  for (std::size_t count = 0; count < kMostRests; ++count) {
    int longest = -1;
    for (std::size_t i = 0; i < card.durations.size(); ++i) {
      const bool fits = units(time, card.durations[i]) <= until - at;
      if (fits && (longest < 0 || card.durations[i] > card.durations[static_cast<std::size_t>(longest)])) {
        longest = static_cast<int>(i);
      }
    }
    if (longest < 0) return;
    const auto end = at + units(time, card.durations[static_cast<std::size_t>(longest)]);
    steps.push_back({at, end, card.pitches() - 1, longest});
    at = end;
  }
}

}  // namespace

double MelodyTime::beat_at(std::int64_t position) const {
  double beat = std::fmod(static_cast<double>(position - bar) / units_per_beat, beats_per_bar);
  if (beat < 0) beat += beats_per_bar;
  constexpr double kRounding = 1e-6;
  return beat > beats_per_bar - kRounding || beat < kRounding ? 0 : beat;
}

void cut_melody(const MelodyCard& card, const MelodyTime& time, std::vector<MelodyStep>& steps, std::int64_t at) {
  while (!steps.empty() && steps.back().onset >= at) steps.pop_back();
  if (steps.empty()) return;
  auto& last = steps.back();
  if (last.end > at) {
    last.end = at;
    last.duration = nearest_duration(card, static_cast<double>(at - last.onset) / time.units_per_beat);
  }
  add_rests(card, time, last.end, at, steps);
}

std::vector<MelodyStep> melody_in(const MelodyCard& card, const MelodyTime& time, std::span<const PlayedNote> played,
                                  std::int64_t until) {
  std::vector<PlayedNote> notes(played.begin(), played.end());
  std::sort(notes.begin(), notes.end(), [](const PlayedNote& a, const PlayedNote& b) {
    return a.onset != b.onset ? a.onset < b.onset : a.pitch > b.pitch;
  });
  std::vector<MelodyStep> steps;
  for (const auto& note : notes) {
    if (note.onset >= until || (!steps.empty() && steps.back().onset == note.onset)) continue;
    cut_melody(card, time, steps, note.onset);
    const auto end = std::max(note.end, note.onset + 1);
    const double beats = static_cast<double>(end - note.onset) / time.units_per_beat;
    steps.push_back({note.onset, end, pitch_index(card, note.pitch), nearest_duration(card, beats)});
  }
  cut_melody(card, time, steps, until);
  return steps;
}

}  // namespace models
