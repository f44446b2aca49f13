// kind: melody. One note in, the scores of the next one out; the state goes in and comes out.
#include <algorithm>
#include <cmath>

#include "kind.hpp"
#include "models/melody.hpp"
#include "params_caller.hpp"

namespace models {

namespace {

using base::Error;
using base::ErrorCode;

constexpr int kMostScores = 65536, kMostState = 65536;
constexpr float kLongestDuration = 64;  // beats

Port port_called(std::string name, float min, float max) {
  Port port;
  port.name = std::move(name);
  port.min = min;
  port.max = max;
  return port;
}

/// Frames of a step are frames of numbers, with names and ranges that no listing has to show.
class MelodyCaller final : public Caller {
 public:
  MelodyCaller(const MelodyCard& card, std::span<const Method> methods) : methods_(methods.begin(), methods.end()) {
    for (auto& method : methods_) {
      const auto pitches = static_cast<float>(card.pitches()), durations = static_cast<float>(card.durations.size());
      method.inputs = {port_called("pitch", -1, pitches - 1), port_called("duration", -1, durations - 1),
                       port_called("beat", 0, kLongestDuration)};
      method.inputs.resize(static_cast<std::size_t>(method.in_channels));
      method.outputs.resize(static_cast<std::size_t>(method.out_channels));
      for (std::size_t i = 3; i < method.inputs.size(); ++i) method.inputs[i].name = "state " + std::to_string(i - 2);
    }
    caller_ = params_caller(methods_, false);
  }

  base::Status run(Run& run, std::size_t method, std::span<const float> in, std::vector<float>& out) override {
    return caller_->run(run, method, in, out);
  }

 private:
  std::vector<Method> methods_;
  std::unique_ptr<Caller> caller_;
};

class MelodyKind final : public Kind {
 public:
  std::string_view name() const override { return "melody"; }

  base::Status check(const Card& card) const override {
    const auto& melody = card.melody;
    if (melody.lowest < 0 || melody.highest > 127 || melody.lowest > melody.highest) {
      return refuse("melody.pitches are the lowest and the highest MIDI note, 0..127");
    }
    if (melody.durations.empty()) return refuse("melody.durations names no duration");
    for (std::size_t i = 0; i < melody.durations.size(); ++i) {
      const float one = melody.durations[i];
      if (!(one > 0) || one > kLongestDuration) return refuse("melody.durations are beats above 0, 64 at most");
      if (i > 0 && one <= melody.durations[i - 1]) return refuse("melody.durations do not rise");
    }
    if (!(melody.beats_per_bar >= 1 && melody.beats_per_bar <= 16)) return refuse("melody.beats_per_bar is not 1..16");
    if (melody.state < 0 || melody.state > kMostState) return refuse("melody.state is not 0..65536");
    if (scores(melody) > kMostScores) return refuse("melody: pitches times durations are more than 65536");
    if (card.state) return refuse("a melody's state goes in and comes out: leave out state: session");
    if (!card.attributes.empty()) return refuse("a melody has attributes of its own: leave out attributes");
    return {};
  }

  base::Result<std::vector<Method>> methods(const Card& card, const Program& /*program*/) const override {
    std::vector<Method> methods;
    for (const auto& wanted : card.methods) {
      Method method;
      method.name = wanted.name;
      method.answer = Answer::kNotes;
      method.in_channels = 3 + card.melody.state;
      method.out_channels = static_cast<int>(scores(card.melody)) + card.melody.state;
      methods.push_back(std::move(method));
    }
    return methods;
  }

  std::unique_ptr<Caller> caller(const Card& card, std::span<const Method> methods, bool /*stateful*/) const override {
    return std::make_unique<MelodyCaller>(card.melody, methods);
  }

  /// Some first notes of a melody, at some beat; nothing was heard before. The bounds of a card with one pitch and one
  /// duration are all that is sure to be there.
  std::vector<float> probe(const Method& method, std::size_t pass) const override {
    std::vector<float> frame(static_cast<std::size_t>(method.in_channels), 0.0F);
    frame[0] = frame[1] = pass % 2 == 0 ? -1.0F : 0.0F;
    frame[2] = static_cast<float>(pass % 8) * 0.5F;
    return frame;
  }

  std::vector<AttributeCard> settings(const Card& card, std::span<const Method> /*methods*/) const override {
    return MelodySettings::attributes(card.melody);
  }

 private:
  static std::int64_t scores(const MelodyCard& card) {
    return std::int64_t{card.pitches()} * static_cast<std::int64_t>(card.durations.size());
  }
  static Error refuse(std::string text) { return {ErrorCode::kModelFailed, std::move(text)}; }
};

}  // namespace

const Kind& melody_kind() {
  static const MelodyKind kind;
  return kind;
}

}  // namespace models
