#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "models/card.hpp"
#include "models/model.hpp"

namespace models {

/// What shapes a melody besides its model: the attributes of a session. Plain data. Thread: [any], one caller at a
/// time.
class MelodySettings {
 public:
  explicit MelodySettings(const MelodyCard& card);

  /// Names, types and ranges of all of them.
  static std::vector<AttributeCard> attributes(const MelodyCard& card);
  /// Fails: kUnknown with the nearest; kMalformed naming count, type or range, or that no pitch would be left. Nothing
  /// has changed then.
  base::Status set(std::string_view name, std::span<const Value> values);
  base::Result<std::vector<Value>> get(std::string_view name) const;

  /// This MIDI note may sound.
  bool allows(int note) const;

  float temperature = 1;  ///< 0: always the most likely
  float top_p = 1;        ///< the most likely ones that have this share together; the rest never comes
  float density = 0.5;    ///< 0: long notes and rests; 1: short ones; 0.5: as the model has it
  float tempo = 120;      ///< beats per minute; sessions in samples
  float meter = 4;        ///< beats per bar
  int lowest = 0, highest = 127;
  int voices = 1;
  int velocity = 96;
  std::int32_t seed = 1;

 private:
  base::Status take(std::string_view name, std::span<const Value> values);
  base::Status choose_scale(const std::string& text);
  base::Status choose_root(const std::string& text);

  MelodyCard card_;
  std::string scale_ = "chromatic", root_ = "C";
  std::array<bool, 12> classes_{};  ///< that may sound, from C
};

/// One note or rest of a line. Positions are those of its session.
struct MelodyStep {
  std::int64_t onset = 0, end = 0;
  int pitch = 0;     ///< index: from the card's lowest; the rest is the one behind the highest
  int duration = 0;  ///< index into the card's durations: the nearest, where it was played
  friend bool operator==(const MelodyStep&, const MelodyStep&) = default;
};

/// How positions are beats.
struct MelodyTime {
  double units_per_beat = 480;
  std::int64_t bar = 0;  ///< a position at which a bar begins
  double beats_per_bar = 4;

  double beat_at(std::int64_t position) const;  ///< within the bar: 0 ≤ beat < beats_per_bar
};

/// A note that was played.
struct PlayedNote {
  std::int64_t onset = 0, end = 0;
  int pitch = 60;  ///< MIDI
};

/// The melody in what was played, up to `until`: of notes that begin together the highest, each until the next one
/// begins, gaps as rests. Notes outside the card's pitches are moved by octaves.
std::vector<MelodyStep> melody_in(const MelodyCard& card, const MelodyTime& time, std::span<const PlayedNote> played,
                                  std::int64_t until);

/// Leaves what begins before `at`, cut there; a gap before it becomes rests (a few beats of them at most).
void cut_melody(const MelodyCard& card, const MelodyTime& time, std::vector<MelodyStep>& steps, std::int64_t at);

/// A melody of one or several voices, step by step, from a position on. The same card, weights, settings, time and past
/// give the same line, however it is cut into calls: its random numbers hang on seed, voice and position alone.
/// Thread: one caller at a time.
class MelodyLine {
 public:
  static constexpr std::size_t kContext = 64;  ///< steps of the past that it goes on from

  struct Planned {
    int voice = 0;  ///< from 0
    MelodyStep step;
    friend bool operator==(const Planned&, const Planned&) = default;
  };

  /// @param past  of each voice, up to `from`; a voice without one goes on from that of the first
  MelodyLine(const MelodyCard& card, const MelodySettings& settings, const MelodyTime& time, std::int64_t from,
             std::span<const std::vector<MelodyStep>> past);

  /// Appends to `out`, in order of onset and voice, until all that begins before `until` is there, or the model was
  /// called `calls` times. Fails: as Instance::run; what was appended stays, and the line can go on.
  base::Status advance(Instance& instance, std::int64_t until, std::size_t calls, std::vector<Planned>& out);
  /// All that begins before this position has been given.
  std::int64_t reached() const;

 private:
  struct Voice {
    std::deque<std::vector<float>> frames;  ///< that the model has yet to be given, the last one to choose after
    std::vector<float> state;
    double beats = 0;  ///< since `from`
    std::int64_t next = 0;
  };
  std::int64_t position(double beats) const;
  Voice& earliest();
  base::Status call(Instance& instance, Voice& voice);
  MelodyStep choose(std::span<const float> scores, const Voice& voice);
  float weight(float score, int pitch, int duration) const;
  int draw(std::int64_t at, std::size_t voice);

  MelodyCard card_;
  MelodySettings settings_;
  MelodyTime time_;
  std::int64_t from_;
  std::vector<Voice> voices_;
  std::vector<float> in_, out_;
  std::vector<std::pair<float, int>> weights_;
};

/// 0 ≤ x < 1 that hangs on these three alone.
double melody_chance(std::int32_t seed, std::size_t voice, std::int64_t position);

}  // namespace models
