#include "classifier_way.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "attributes.hpp"
#include "text.hpp"

namespace models {

namespace {

using base::Error;
using base::ErrorCode;
using base::Status;

AttributeCard setting(std::string name, std::string types, float min, float max, Value initial) {
  return {std::move(name), std::move(types), min, max, {std::move(initial)}};
}

}  // namespace

std::vector<AttributeCard> classifier_settings(const Card& card) {
  bool named = false, scored = false, onsets = false;
  for (const auto& method : card.methods) {
    named = named || method.answer == Answer::kLabels || method.answer == Answer::kHits;
    scored = scored || named || method.answer == Answer::kPitch;
    onsets = onsets || answers_onsets(method.answer);
  }
  std::vector<AttributeCard> settings;
  const auto labels = static_cast<float>(card.labels.size());
  if (named) settings.push_back(setting("top", "i", 1, labels, static_cast<std::int32_t>(card.listen.top)));
  if (scored) settings.push_back(setting("threshold", "f", 0, 1, card.listen.threshold));
  if (onsets) settings.push_back(setting("sensitivity", "f", 0, 1, 0.5F));
  return settings;
}

ListenSettings::ListenSettings(const Card& card) : cards_(classifier_settings(card)) {}

base::Result<std::size_t> ListenSettings::find(std::string_view name) const {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < cards_.size(); ++i) {
    if (cards_[i].name == name) return i;
    names.push_back(cards_[i].name);
  }
  return Error{ErrorCode::kUnknown, "no setting '" + std::string(name.substr(0, 64)) + "'" + hint(name, names)};
}

Status ListenSettings::set(std::string_view name, std::span<const Value> values) {
  const auto index = find(name);
  if (!index) return index.error();
  auto fitted = fit_values(cards_[*index], values);
  if (!fitted) return std::move(fitted.error());
  cards_[*index].initial = std::move(*fitted);
  return {};
}

base::Result<std::vector<Value>> ListenSettings::get(std::string_view name) const {
  const auto index = find(name);
  if (!index) return index.error();
  return cards_[*index].initial;
}

float ListenSettings::number(std::string_view name, float otherwise) const {
  const auto index = find(name);
  if (!index) return otherwise;
  const Value& value = cards_[*index].initial.front();
  if (const auto* whole = std::get_if<std::int32_t>(&value)) return static_cast<float>(*whole);
  return std::get<float>(value);
}

std::size_t ListenSettings::top() const { return static_cast<std::size_t>(number("top", 1)); }
float ListenSettings::threshold() const { return number("threshold", 0); }
float ListenSettings::sensitivity() const { return number("sensitivity", 0.5F); }

ClassifierWay::ClassifierWay(const Card& card, std::span<const Method> methods, std::size_t method,
                             ClassifierSound sound)
    : card_(card), methods_(methods), method_(method), sound_(std::move(sound)), tensor_(card), settings_(card) {}

base::Result<std::size_t> ClassifierWay::take(std::span<const float> frames, Windows& windows, StreamOutput& out) {
  const std::size_t width = sound_.frame_width();
  if (frames.size() % width != 0) {
    return Error{ErrorCode::kMalformed, "a frame has " + count_text(width, "number") + "; " +
                                            std::to_string(frames.size()) + " are no whole frames"};
  }
  const std::size_t before = windows.count();
  std::size_t taken = 0;
  while (taken < frames.size() && windows.count() == before) {
    const auto piece = frames.subspan(taken, std::min(frames.size() - taken, ClassifierSound::kPiece * width));
    taken += piece.size();
    sound_.push(piece);
    advance(windows, out);
  }
  return taken;
}

bool ClassifierWay::take_end(Windows& windows, StreamOutput& out) {
  end_sound();
  if (!waits()) return false;
  sound_.push_silence(ClassifierSound::kPiece);
  advance(windows, out);
  return true;
}

void ClassifierWay::reset() {
  sound_.reset();
  forget();
}

/// Frames hold what was said of all channels; where one is lost, the whole frame is.
Status ClassifierWay::tell(std::span<const Heard> heard, std::span<const WindowAnswer> answers, StreamOutput& out) {
  Status first;
  const std::size_t channels = answer() == Answer::kFrames ? sound_.channels() : 1;
  for (std::size_t i = 0; i + channels <= heard.size(); i += channels) {
    const auto together = answers.subspan(i, channels);
    const auto lost = std::find_if(together.begin(), together.end(), [](const auto& one) { return !one; });
    if (lost != together.end()) {
      if (first) first = lost->error();
      continue;
    }
    const std::size_t begin = out.frames.size();
    for (const auto& numbers : together) tell_one(heard[i], *numbers, out);
    if (answer() != Answer::kFrames) continue;
    out.width = static_cast<int>(out.frames.size() - begin);
    out.frames_at.push_back(heard[i].at);
  }
  return first;
}

void ClassifierWay::tell_one(const Heard& heard, std::span<const float> numbers, StreamOutput& out) {
  if (answer() == Answer::kFrames) {
    out.frames.insert(out.frames.end(), numbers.begin(), numbers.end());
  } else if (answer() == Answer::kPitch) {
    tell_pitch(numbers, heard, out);
  } else {
    best_labels(numbers, heard, out);
  }
}

void ClassifierWay::tell_pitch(std::span<const float> numbers, Heard heard, StreamOutput& out) const {
  if (numbers[1] < settings_.threshold()) return;
  heard.kind = Heard::Kind::kPitch;
  heard.value = numbers[0];
  heard.score = numbers[1];
  out.events.push_back(std::move(heard));
}

/// Events for the best few of the scores, best first.
void ClassifierWay::best_labels(std::span<const float> scores, Heard heard, StreamOutput& out) {
  const std::size_t top = std::min(settings_.top(), scores.size());
  order_.resize(scores.size());
  std::iota(order_.begin(), order_.end(), std::size_t{0});
  std::partial_sort(order_.begin(), order_.begin() + static_cast<std::ptrdiff_t>(top), order_.end(),
                    [&](auto a, auto b) { return scores[a] != scores[b] ? scores[a] > scores[b] : a < b; });
  for (std::size_t i = 0; i < top && scores[order_[i]] >= settings_.threshold(); ++i) {
    heard.name = card_.labels[order_[i]];
    heard.score = scores[order_[i]];
    heard.rank = static_cast<int>(i) + 1;
    if (heard.kind == Heard::Kind::kLabel) heard.value = heard.score;
    out.events.push_back(heard);
  }
}

base::Result<std::unique_ptr<Way>> classifier_way(const Card& card, std::span<const Method> methods, std::size_t method,
                                                  const StreamFormat& format, bool stateful) {
  if (card.listen.each_channel && stateful && format.channels > 1) {
    return Error{ErrorCode::kWrongState, "it remembers what it heard, so it cannot hear " +
                                             count_text(static_cast<std::size_t>(format.channels), "channel") +
                                             " each by itself: send one, or a session for each"};
  }
  auto sound = ClassifierSound::make(card, format);
  if (!sound) return std::move(sound.error());
  const auto make = answers_onsets(methods[method].answer) ? hit_way : window_way;
  return make(card, methods, method, std::move(*sound));
}

}  // namespace models
