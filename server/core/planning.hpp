#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "models/melody.hpp"
#include "server/core/kept_events.hpp"
#include "server/core/peer.hpp"

namespace server {

/// A note that a session plans.
struct PlannedNote {
  std::int32_t generation = 0;
  base::Position at;
  std::int64_t duration = 0;  ///< units
  int pitch = 0, velocity = 0;
  int voice = 0;  ///< from 1
};

/// What a session plans ahead of its host: melodies from a position on, generation by generation. What is planned hangs
/// on seed, attributes and positioned input; the playhead decides only how far it is filled, and what is past.
/// Plain data. Thread: [net], except the line that a job works on.
class Planning {
 public:
  static constexpr auto kBeyond = std::chrono::milliseconds(500);  ///< filled so far beyond the horizon
  static constexpr auto kLate = std::chrono::seconds(1);           ///< what is later than that is told to nobody
  static constexpr auto kAhead = std::chrono::hours(1);            ///< of the playhead: no position lies beyond
  static constexpr auto kGap = std::chrono::minutes(10);           ///< a playhead farther ahead has left the line
  static constexpr auto kHeld = std::chrono::minutes(1);           ///< a note without an end is held so long
  static constexpr std::size_t kMost = 4096;                       ///< steps ahead of the playhead; all notes are kept
  static constexpr std::size_t kCalls = 64;                     ///< of the model in one job, so that others have turns
  static constexpr std::size_t kPlayed = 1024, kSteps = 16384;  ///< notes, and steps of a voice, that are remembered

  /// @param ticks_per_beat  0: the unit is samples, and the attribute `tempo` says how long a beat is
  Planning(const models::MelodyCard& card, double units_per_second, int ticks_per_beat)
      : settings(card), card_(card), units_per_second_(units_per_second), ticks_per_beat_(ticks_per_beat) {}

  models::MelodySettings settings;
  std::chrono::milliseconds horizon{200};
  KeptEvents kept{kMost + kCalls};
  Peer events_to;  ///< where `open` was answered

  /// A note was played; velocity 0 ends the one that is held. @param duration  units; -1: until it is ended.
  /// Fails: kMalformed (too far ahead).
  base::Status note(base::Position at, float pitch, float velocity, std::int64_t duration);
  /// From there on a melody, or silence, instead of what was planned. Fails: kWrongState (the generation does not
  /// rise), kMalformed (too far ahead).
  base::Status play(base::Position at, std::int32_t generation);
  base::Status stop(base::Position at, std::int32_t generation);
  /// Where the host is. Fails: kWrongState (another rate; or so far ahead that the line is given up).
  base::Status move(base::Position playhead, double units_per_second);
  /// Nothing is planned, and nothing was played; settings and generation stay.
  void forget();

  /// What has to be done next: the line goes on up to `until`.
  struct Work {
    std::shared_ptr<models::MelodyLine> line;
    std::int64_t until = 0;
    std::vector<models::MelodyLine::Planned> out = {};
  };
  /// Nothing where all is filled, or enough is planned ahead, or a job is at work; else what it has to do, and it
  /// counts as at work.
  std::optional<Work> begin_work();
  /// True once after the playhead left the line too far behind; nothing is planned any more then.
  bool lost() { return std::exchange(lost_, false); }
  /// The job is done. @return the notes to tell, in order
  std::vector<PlannedNote> end_work(const Work& work);
  /// For KeptEvents.
  std::optional<std::int64_t> playhead() const { return playhead_; }

 private:
  struct Part {
    std::int32_t generation = 0;
    std::int64_t from = 0;
    bool silent = false;
    models::MelodySettings settings;
    std::vector<models::MelodyStep> played = {};    ///< that its melody goes on from
    bool begun = false;                             ///< all before it is planned, and what was played is in past_
    std::shared_ptr<models::MelodyLine> line = {};  ///< of one that has begun and is not silent
  };
  struct Played {
    models::PlayedNote note;
    bool held = false;
  };

  std::int64_t units(std::chrono::milliseconds time) const;
  base::Status check(base::Position at) const;
  base::Status replan(base::Position at, std::int32_t generation, bool silent);
  models::MelodyTime time_of(const Part& part) const;
  void take_over_input(Part& part);
  std::vector<models::MelodyStep> past_of(const Part& part, const std::vector<models::MelodyStep>& steps) const;
  void begin(Part& part);
  std::int64_t end_of_first() const;
  std::size_t ahead() const;

  models::MelodyCard card_;
  double units_per_second_;
  int ticks_per_beat_;
  std::optional<std::int32_t> generation_;
  std::optional<std::int64_t> playhead_;
  std::vector<Part> parts_;                            // by position
  std::vector<std::vector<models::MelodyStep>> past_;  // of each voice, as planned or played
  std::vector<Played> played_;                         // that no play has used
  bool at_work_ = false, lost_ = false;
};

}  // namespace server
