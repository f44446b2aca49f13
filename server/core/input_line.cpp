#include "server/core/input_line.hpp"

#include <algorithm>
#include <cmath>

#include "server/core/sequence.hpp"

namespace server {

namespace {
constexpr double kMostSilenceSeconds = 10;  // a longer jump is no loss: the host went somewhere else
constexpr double kReorderSeconds = 0.02;
}  // namespace

InputLine::InputLine(double frames_per_second)
    : rate_(frames_per_second),
      most_silence_(static_cast<std::int64_t>(kMostSilenceSeconds * frames_per_second)),
      reorder_(static_cast<std::int64_t>(kReorderSeconds * frames_per_second)) {}

void InputLine::set_frame(double units, double per) {
  units_ = units;
  per_ = per;
  most_silence_ = static_cast<std::int64_t>(kMostSilenceSeconds * rate_ * per / units);
}

std::int64_t InputLine::frame_at(base::Position at) const {
  const auto ahead = at.units - origin_.units;
  return units_ == per_ ? ahead : std::llround(static_cast<double>(ahead) * per_ / units_);
}

base::Position InputLine::position(std::int64_t frame) const {
  if (units_ == per_) return {origin_.units + frame};
  return {origin_.units + static_cast<std::int64_t>(std::floor(static_cast<double>(frame) * units_ / per_))};
}

void InputLine::restart() {
  next_ = 0;
  end_.reset();
  waiting_.clear();
}

void InputLine::take(std::int32_t seq, Input input, Outcome& out) {
  if (seq == 0) return place(std::move(input), out);
  const bool nothing_yet = !end_ && waiting_.empty();
  if (next_ == 0 || (nothing_yet && ahead_of(seq, next_) > kFirstBefore)) next_ = seq;
  const auto ahead = ahead_of(seq, next_);
  if (ahead < 0) {
    ++late_;
    if (end_ && frame_at(input.at) >= *end_) {
      out.complaint = "message " + std::to_string(seq) + " came, " + std::to_string(next_) +
                      " is next; it is passed over. After /oscine/v1/reset any number begins";
    }
    return;
  }
  if (ahead == 0) {
    next_ = next_in_sequence(seq);
    place(std::move(input), out);
    return release(out);
  }
  hold(seq, std::move(input));
  if (waiting_frames() >= reorder_ || waiting_.size() >= kWaiting) give_up(out);
}

void InputLine::hold(std::int32_t seq, Input input) {
  if (waiting_.empty()) first_ = next_;
  if (!waiting_.emplace(ahead_of(seq, first_), std::move(input)).second) ++late_;
}

// In units.
std::int64_t InputLine::waiting_frames() const {
  std::int64_t frames = 0;
  for (const auto& [key, input] : waiting_) frames += input.frames();
  return units_ == per_ ? frames : std::llround(static_cast<double>(frames) * units_ / per_);
}

// What waited and is next now.
void InputLine::release(Outcome& out) {
  while (!waiting_.empty()) {
    const auto first = waiting_.begin();
    const auto ahead = first->first - ahead_of(next_, first_);
    if (ahead > 0) return;
    auto input = std::move(first->second);
    waiting_.erase(first);
    if (ahead < 0) continue;
    next_ = next_in_sequence(next_);
    place(std::move(input), out);
  }
}

void InputLine::give_up(Outcome& out) {
  const auto found = (first_ + waiting_.begin()->first) & kSequenceMask;
  out.missing.emplace_back(next_, found <= 1 ? kSequenceMask : found - 1);
  next_ = found;
  release(out);
}

std::optional<std::string> InputLine::too_far(const Input& input) const {
  if (input.channels != channels_) {
    return "input of " + std::to_string(input.channels) + " channels follows " + std::to_string(channels_);
  }
  const auto text = [](base::Position at) { return std::to_string(at.units); };
  const auto frame = frame_at(input.at);
  if (frame < *end_) return "position " + text(input.at) + " follows " + text(position(*end_));
  if (frame - *end_ > most_silence_) return "position " + text(input.at) + " is far after " + text(position(*end_));
  return std::nullopt;
}

void InputLine::fill(const Input& input, Outcome& out) {
  for (const auto until = frame_at(input.at); until > *end_;) {
    const auto frames = std::min(kSilence, until - *end_);
    out.ready.push_back({position(*end_), input.channels, {}, frames, false, input.rests});
    *end_ += frames;
  }
}

void InputLine::place(Input input, Outcome& out) {
  if (input.frames() == 0) return;
  const auto jump = end_ ? too_far(input) : std::nullopt;
  if (jump) out.complaint = *jump + "; it is heard as a new beginning";
  input.begins = !end_ || jump;
  if (input.begins) {
    origin_ = input.at;
    end_ = 0;
  }
  fill(input, out);
  *end_ += input.frames();
  channels_ = input.channels;
  out.ready.push_back(std::move(input));
}

}  // namespace server
