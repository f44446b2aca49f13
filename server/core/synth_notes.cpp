#include "server/core/synth_notes.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace server {

using base::Duration;
using Source = SynthControl::Source;

namespace {

constexpr std::int64_t kNanos = 1000000000;

/// -1 and -2 are scsynth's words for this bundle alone.
enum class Errors : std::int32_t { kQuiet = -1, kTold = -2 };

protocol::Bytes errors(protocol::Writer& writer, Errors how) {
  return writer.begin("/error").whole(static_cast<std::int32_t>(how)).end();
}

}  // namespace

void SynthNotes::begin(Duration zero, Duration calendar) {
  zero_ = zero;
  calendar_ = calendar;
  waiting_.clear();
  end_ = 0;
}

void SynthNotes::follow(Duration calendar) {
  const auto moved = calendar - std::exchange(calendar_, calendar);
  if (std::chrono::abs(moved) < kStep) return;
  zero_ += moved;
  for (auto& one : sent_) one.end += moved;
}

// In whole seconds and what is over: a nanosecond is exact for longer than anybody plays.
Duration SynthNotes::time(std::int64_t position) const {
  const auto over = position % kRate * kNanos;
  return zero_ + std::chrono::nanoseconds(position / kRate * kNanos + (over + (over < 0 ? -1 : 1) * kRate / 2) / kRate);
}

std::int64_t SynthNotes::position(Duration at) const {
  const auto since = std::chrono::nanoseconds(at - zero_).count();
  return since / kNanos * kRate + since % kNanos * kRate / kNanos;
}

void SynthNotes::add(const PlannedNote& note) {
  waiting_.push_back(note);
  end_ = std::max(end_, note.at.units + note.duration);
}

std::optional<Duration> SynthNotes::next() const {
  if (waiting_.empty()) return std::nullopt;
  return time(waiting_.front().at.units) - config_.lookahead;
}

std::size_t SynthNotes::send_due(Duration now, const Send& send) {
  std::size_t late = 0;
  std::erase_if(sent_, [now](const Sent& one) { return one.end <= now; });
  for (auto due = next(); due && *due <= now; due = next()) {
    const auto note = waiting_.front();
    waiting_.pop_front();
    if (time(note.at.units) <= now) {
      ++late;
      continue;
    }
    const auto node = nodes_.take();
    send_begin(node, note, send);
    if (config_.gate.empty()) continue;
    sent_.push_back({node, time(note.at.units + note.duration)});
    send_end(node, sent_.back().end, send);
  }
  return late;
}

void SynthNotes::cut(Duration at, const Send& send) {
  waiting_.clear();
  for (const auto& one : sent_) {
    if (one.end > at) send_end(one.node, at, send);
  }
  sent_.clear();
}

double SynthNotes::value_of(const SynthControl& control, const PlannedNote& note) const {
  switch (control.source) {
    case Source::kHz:
      return 440 * std::exp2((note.pitch - 69) / 12.0);
    case Source::kPitch:
      return note.pitch;
    case Source::kVelocity:
      return note.velocity;
    case Source::kAmp:
      return note.velocity / 127.0;
    case Source::kSeconds:
      return static_cast<double>(note.duration) / kRate;
    case Source::kVoice:
      return note.voice;
    case Source::kConstant:
      break;
  }
  return static_cast<double>(control.constant);
}

void SynthNotes::send_begin(std::int32_t node, const PlannedNote& note, const Send& send) {
  writer_.begin("/s_new").text(config_.synth).whole(node).whole(config_.action).whole(config_.group);
  for (const auto& control : config_.controls) writer_.text(control.name).number(value_of(control, note));
  send(bundle_.begin(protocol::ntp_time(time(note.at.units))).add(writer_.end()).end());
}

// A synth that has ended by itself, or was ended earlier, is no error.
void SynthNotes::send_end(std::int32_t node, Duration at, const Send& send) {
  bundle_.begin(protocol::ntp_time(at)).add(errors(writer_, Errors::kQuiet));
  bundle_.add(writer_.begin("/n_set").whole(node).text(config_.gate).number(0).end());
  send(bundle_.add(errors(writer_, Errors::kTold)).end());
}

}  // namespace server
