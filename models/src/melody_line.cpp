// A melody of one or several voices, step by step.
#include <algorithm>
#include <cmath>

#include "models/melody.hpp"

namespace models {

namespace {

constexpr float kDensityOfOctave = 1.5F;  ///< natural log units by which halving a duration is favoured at density 1
constexpr float kDensityOfRest = 2;       ///< … and a rest is not
constexpr std::uint64_t kGolden = 0x9e3779b97f4a7c15;

/// Mixes all bits into all (the finaliser of SplitMix64).
std::uint64_t mixed(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

/// [pitch, duration, beat]; the state follows when it is known.
std::vector<float> frame_of(int pitch, int duration, double beat) {
  return {static_cast<float>(pitch), static_cast<float>(duration), static_cast<float>(beat)};
}

}  // namespace

double melody_chance(std::int32_t seed, std::size_t voice, std::int64_t position) {
  auto x = mixed(static_cast<std::uint64_t>(static_cast<std::int64_t>(seed)) + kGolden);
  x = mixed(x ^ (static_cast<std::uint64_t>(voice) + 1) * kGolden);
  x = mixed(x ^ (static_cast<std::uint64_t>(position) + 1) * kGolden);
  return static_cast<double>(x >> 11) * 0x1p-53;
}

MelodyLine::MelodyLine(const MelodyCard& card, const MelodySettings& settings, const MelodyTime& time,
                       std::int64_t from, std::span<const std::vector<MelodyStep>> past)
    : card_(card), settings_(settings), time_(time), from_(from) {
  voices_.resize(static_cast<std::size_t>(settings.voices));
  for (std::size_t i = 0; i < voices_.size(); ++i) {
    auto& voice = voices_[i];
    voice.next = from;
    voice.state.assign(static_cast<std::size_t>(card.state), 0.0F);
    std::vector<MelodyStep> steps;
    if (!past.empty()) steps = i < past.size() && !past[i].empty() ? past[i] : past[0];
    cut_melody(card, time, steps, from);
    if (steps.empty()) voice.frames.push_back(frame_of(-1, -1, time.beat_at(from)));
    const auto first = steps.size() - std::min(steps.size(), kContext);
    for (auto step = first; step < steps.size(); ++step) {
      // The next one begins where this one ends; the last is followed by the line itself.
      const auto next = step + 1 < steps.size() ? steps[step + 1].onset : from;
      voice.frames.push_back(frame_of(steps[step].pitch, steps[step].duration, time.beat_at(next)));
    }
  }
}

std::int64_t MelodyLine::position(double beats) const { return from_ + std::llround(beats * time_.units_per_beat); }

MelodyLine::Voice& MelodyLine::earliest() {
  return *std::min_element(voices_.begin(), voices_.end(),
                           [](const Voice& a, const Voice& b) { return a.next < b.next; });  // the first of equals
}

std::int64_t MelodyLine::reached() const {
  return std::min_element(voices_.begin(), voices_.end(),
                          [](const Voice& a, const Voice& b) { return a.next < b.next; })
      ->next;
}

// The state is taken over when all went well, so that a call that failed can be made again.
base::Status MelodyLine::call(Instance& instance, Voice& voice) {
  in_ = voice.frames.front();
  in_.insert(in_.end(), voice.state.begin(), voice.state.end());
  if (auto status = instance.run(0, in_, out_); !status) return status;
  voice.state.assign(out_.end() - card_.state, out_.end());
  voice.frames.pop_front();
  return {};
}

base::Status MelodyLine::advance(Instance& instance, std::int64_t until, std::size_t calls, std::vector<Planned>& out) {
  for (std::size_t i = 0; i < calls; ++i) {
    auto& voice = earliest();
    if (voice.next >= until) return {};
    if (auto status = call(instance, voice); !status) return status;
    if (!voice.frames.empty()) continue;  // still in the past
    const auto scores = out_.size() - static_cast<std::size_t>(card_.state);
    const auto step = choose(std::span<const float>(out_).first(scores), voice);
    out.push_back({static_cast<int>(&voice - voices_.data()), step});
    voice.beats += static_cast<double>(card_.durations[static_cast<std::size_t>(step.duration)]);
    voice.next = step.end;
    voice.frames.push_back(frame_of(step.pitch, step.duration, time_.beat_at(voice.next)));
  }
  return {};
}

float MelodyLine::weight(float score, int pitch, int duration) const {
  const float lean = 1 - 2 * settings_.density;
  score += lean * kDensityOfOctave * std::log2(card_.durations[static_cast<std::size_t>(duration)]);
  return card_.is_rest(pitch) ? score + lean * kDensityOfRest : score;
}

MelodyStep MelodyLine::choose(std::span<const float> scores, const Voice& voice) {
  const auto durations = static_cast<int>(card_.durations.size());
  weights_.clear();
  for (int pitch = 0; pitch < card_.pitches(); ++pitch) {
    if (!card_.is_rest(pitch) && !settings_.allows(card_.lowest + pitch)) continue;
    for (int duration = 0; duration < durations; ++duration) {
      const int index = pitch * durations + duration;
      weights_.emplace_back(weight(scores[static_cast<std::size_t>(index)], pitch, duration), index);
    }
  }
  const int chosen = draw(voice.next, static_cast<std::size_t>(&voice - voices_.data()));
  const int duration = chosen % durations;
  const auto end = position(voice.beats + static_cast<double>(card_.durations[static_cast<std::size_t>(duration)]));
  return {voice.next, std::max(end, voice.next + 1), chosen / durations, duration};
}

// Best first, equal ones in their order: the same everywhere.
int MelodyLine::draw(std::int64_t at, std::size_t voice) {
  const auto better = [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : a.second < b.second;
  };
  const auto best = *std::min_element(weights_.begin(), weights_.end(), better);
  if (settings_.temperature <= 0) return best.second;
  if (settings_.top_p < 1) std::sort(weights_.begin(), weights_.end(), better);
  double sum = 0;
  for (auto& [weight, index] : weights_) {
    weight = std::exp((weight - best.first) / settings_.temperature);
    sum += static_cast<double>(weight);
  }
  if (settings_.top_p < 1) {
    const double wanted = sum * static_cast<double>(settings_.top_p);
    double kept = 0;
    std::size_t count = 0;
    while (count < weights_.size() && (count == 0 || kept < wanted)) {
      kept += static_cast<double>(weights_[count++].first);
    }
    weights_.resize(count);
    sum = kept;
  }
  double left = melody_chance(settings_.seed, voice, at) * sum;
  for (const auto& [weight, index] : weights_) {
    left -= static_cast<double>(weight);
    if (left < 0) return index;
  }
  return weights_.back().second;
}

}  // namespace models
