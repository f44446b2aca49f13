#include "server/core/planning.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace server {

using base::Error;
using base::ErrorCode;
using base::Position;
using models::MelodyStep;
using models::PlayedNote;

namespace {

constexpr double kSameRate = 1e-4;

std::string seconds_text(double seconds) { return std::to_string(std::llround(seconds)) + " s"; }

}  // namespace

std::int64_t Planning::units(std::chrono::milliseconds time) const {
  return std::llround(units_per_second_ * std::chrono::duration<double>(time).count());
}

base::Status Planning::check(Position at) const {
  if (!playhead_) return {};
  const double ahead = static_cast<double>(at.units - *playhead_) / units_per_second_;
  if (ahead <= std::chrono::duration<double>(kAhead).count()) return {};
  return Error{ErrorCode::kMalformed, "position " + std::to_string(at.units) + " lies " + seconds_text(ahead) +
                                          " ahead of the playhead; an hour at most"};
}

base::Status Planning::note(Position at, float pitch, float velocity, std::int64_t duration) {
  if (auto status = check(at); !status) return status;
  const int note = static_cast<int>(std::lround(pitch));
  for (auto& one : played_) {
    if (!one.held || one.note.pitch != note || one.note.onset > at.units) continue;
    one.held = false;  // by a note off, or because it is played again
    one.note.end = std::max(one.note.onset + 1, std::min(one.note.end, at.units));
  }
  if (velocity <= 0) return {};
  const auto length = duration < 0 ? units(kHeld) : std::max<std::int64_t>(duration, 1);
  played_.push_back({{at.units, at.units + length, note}, duration < 0});
  if (played_.size() > kPlayed) played_.erase(played_.begin());
  return {};
}

base::Status Planning::play(Position at, std::int32_t generation) { return replan(at, generation, false); }
base::Status Planning::stop(Position at, std::int32_t generation) { return replan(at, generation, true); }

base::Status Planning::replan(Position at, std::int32_t generation, bool silent) {
  if (auto status = check(at); !status) return status;
  if (generation_ && generation <= *generation_) {
    return Error{ErrorCode::kWrongState, "generation " + std::to_string(generation) + " is not above the last, " +
                                             std::to_string(*generation_)};
  }
  generation_ = generation;
  Part part{generation, at.units, silent, settings};
  take_over_input(part);
  std::erase_if(parts_, [at](const Part& old) { return old.from >= at.units; });
  for (auto& voice : past_) {
    while (!voice.empty() && voice.back().onset >= at.units) voice.pop_back();
  }
  kept.outdate(at.units);
  // Who goes back, or has not said where it is, is here.
  if (!silent && (!playhead_ || *playhead_ > at.units)) playhead_ = at.units;
  parts_.push_back(std::move(part));
  return {};
}

// What was played for parts that now never begin is still what was played; a play adds what came since.
void Planning::take_over_input(Part& part) {
  const auto lay = [&part](const std::vector<MelodyStep>& steps) {
    if (steps.empty()) return;
    std::erase_if(part.played, [&](const MelodyStep& old) { return old.onset >= steps.front().onset; });
    part.played.insert(part.played.end(), steps.begin(), steps.end());
  };
  for (const auto& old : parts_) {
    if (old.from >= part.from && !old.begun) lay(old.played);
  }
  std::erase_if(part.played, [&](const MelodyStep& step) { return step.onset >= part.from; });
  if (part.silent) return;
  std::vector<PlayedNote> notes;
  for (const auto& one : played_) notes.push_back(one.note);
  lay(models::melody_in(card_, time_of(part), notes, part.from));
  std::erase_if(played_, [&](const Played& one) { return one.note.onset < part.from; });
}

base::Status Planning::move(Position playhead, double units_per_second) {
  const bool same = std::abs(units_per_second - units_per_second_) <= kSameRate * units_per_second_;
  if (ticks_per_beat_ == 0 && !same) {
    return Error{ErrorCode::kWrongState, "the session counts " + std::to_string(std::lround(units_per_second_)) +
                                             " units per second, and the playhead goes at " +
                                             std::to_string(std::lround(units_per_second)) +
                                             "; open again at that rate"};
  }
  units_per_second_ = units_per_second;
  playhead_ = playhead.units;
  return {};
}

void Planning::forget() {
  parts_.clear();
  past_.clear();
  played_.clear();
  kept.outdate(std::numeric_limits<std::int64_t>::min());
}

// In ticks the host owns tempo and bars; in samples the attribute and the beginning of each play say what they are.
models::MelodyTime Planning::time_of(const Part& part) const {
  const double meter = static_cast<double>(part.settings.meter);
  if (ticks_per_beat_ > 0) return {static_cast<double>(ticks_per_beat_), 0, meter};
  return {units_per_second_ * 60 / static_cast<double>(part.settings.tempo), part.from, meter};
}

// The last steps of a voice, each cut where the next one begins, gaps filled with rests.
std::vector<MelodyStep> Planning::past_of(const Part& part, const std::vector<MelodyStep>& steps) const {
  std::vector<MelodyStep> past;
  const auto first = steps.size() - std::min(steps.size(), models::MelodyLine::kContext);
  for (auto i = first; i < steps.size(); ++i) {
    models::cut_melody(card_, time_of(part), past, steps[i].onset);
    past.push_back(steps[i]);
  }
  return past;
}

// It goes on from what was planned before; from the first played note on, from what was played instead.
void Planning::begin(Part& part) {
  part.begun = true;
  if (!part.played.empty()) {
    if (past_.empty()) past_.emplace_back();
    for (auto& voice : past_) {
      std::erase_if(voice, [&](const MelodyStep& old) { return old.onset >= part.played.front().onset; });
      // One without a past of its own goes on from that of the first.
      if (!voice.empty() || &voice == past_.data()) voice.insert(voice.end(), part.played.begin(), part.played.end());
    }
  }
  if (part.silent) return;
  const auto voices = static_cast<std::size_t>(part.settings.voices);
  if (past_.size() < voices) past_.resize(voices);
  std::vector<std::vector<MelodyStep>> past;
  for (const auto& voice : past_) past.push_back(past_of(part, voice));
  part.line = std::make_shared<models::MelodyLine>(card_, part.settings, time_of(part), part.from, past);
}

std::int64_t Planning::end_of_first() const {
  return parts_.size() > 1 ? parts_[1].from : std::numeric_limits<std::int64_t>::max();
}

/// Steps of all voices that the playhead has not passed.
std::size_t Planning::ahead() const {
  std::ptrdiff_t count = 0;
  for (const auto& voice : past_) {
    const auto first = std::lower_bound(voice.begin(), voice.end(), *playhead_,
                                        [](const MelodyStep& step, std::int64_t at) { return step.onset < at; });
    count += voice.end() - first;
  }
  return static_cast<std::size_t>(count);
}

std::optional<Planning::Work> Planning::begin_work() {
  if (at_work_ || !playhead_ || ahead() >= kMost) return std::nullopt;
  const auto target = *playhead_ + units(horizon + kBeyond);
  while (!parts_.empty() && parts_.front().from < target) {
    auto& part = parts_.front();
    if (!part.begun) begin(part);
    const auto until = std::min(target, end_of_first());
    if (part.line && until - part.line->reached() > units(kGap)) {
      parts_.clear();
      lost_ = true;
      return std::nullopt;
    }
    if (part.line && part.line->reached() < until) {
      at_work_ = true;
      return Work{part.line, until};
    }
    if (end_of_first() >= target) return std::nullopt;
    parts_.erase(parts_.begin());  // nothing more will be asked of it
  }
  return std::nullopt;
}

std::vector<PlannedNote> Planning::end_work(const Work& work) {
  at_work_ = false;
  std::vector<PlannedNote> notes;
  const bool current = !parts_.empty() && parts_.front().line == work.line;
  if (!current) return notes;  // all of it lies behind a later play or stop
  const auto& part = parts_.front();
  const auto end = end_of_first(), oldest = *playhead_ - units(kLate);
  for (const auto& [voice, step] : work.out) {
    if (step.onset >= end) continue;
    auto& past = past_[static_cast<std::size_t>(voice)];
    past.push_back(step);
    if (past.size() > 2 * kSteps) past.erase(past.begin(), past.end() - static_cast<std::ptrdiff_t>(kSteps));
    if (card_.is_rest(step.pitch) || step.onset < oldest) continue;
    notes.push_back({part.generation, Position{step.onset}, step.end - step.onset, card_.lowest + step.pitch,
                     part.settings.velocity, voice + 1});
  }
  return notes;
}

}  // namespace server
