#include <limits>

#include "classifier_way.hpp"

namespace models {

namespace {

/// Windows at 0, hop, 2 hop … of the sound. Frames of the front end are computed once, as soon as their samples are
/// there: windows that overlap share them, and at the end of a window little is left to do.
class WindowWay final : public ClassifierWay {
 public:
  WindowWay(const Card& card, std::span<const Method> methods, std::size_t method, ClassifierSound sound)
      : ClassifierWay(card, methods, method, std::move(sound)),
        front_(card.listen.front_end),
        hop_(card.listen.hop),
        frames_(network_.plan().frames > 0 ? sound_.channels() : 0) {}

  std::int64_t lookahead() const override { return sound_.lookahead(window()); }

 protected:
  void advance(Run& run, StreamOutput& out) override {
    compute_frames();
    for (; next_ < limit_ && next_ + window() <= sound_.end(); next_ += hop_) hear(run, out);
    if (frames_.empty()) return sound_.drop_before(next_);
    sound_.drop_before(next_frame_ * front_.hop);
    for (auto& frames : frames_) frames.drop_before(next_ / front_.hop * network_.plan().width);
  }

  /// Windows that lie within the sound are heard; of a sound that is shorter than one window, this one, with silence.
  void end_sound() override {
    const std::int64_t inside = sound_.inside();
    limit_ = inside - window() + 1;
    if (inside > 0 && limit_ < 1) limit_ = 1;
  }

  bool waits() const override { return next_ < limit_; }

  void forget() override {
    next_ = 0;
    next_frame_ = 0;
    limit_ = std::numeric_limits<std::int64_t>::max();
    for (auto& frames : frames_) frames.clear();
  }

 private:
  void compute_frames() {
    if (frames_.empty()) return;
    for (; next_frame_ * front_.hop + front_.window <= sound_.end(); ++next_frame_) {
      for (std::size_t channel = 0; channel < frames_.size(); ++channel) compute_frame(channel);
    }
  }

  void compute_frame(std::size_t channel) {
    const std::int64_t from = next_frame_ * front_.hop;
    auto& numbers = frames_[channel].numbers();
    const auto width = static_cast<std::size_t>(network_.plan().width);
    numbers.resize(numbers.size() + width);  // with zeros for a frame between two windows, which no window has
    if (from % hop_ + front_.window > window()) return;
    network_.front_end_frame(sound_.channel(channel).view(from, front_.window), std::span(numbers).last(width));
  }

  void hear(Run& run, StreamOutput& out) {
    row_.clear();
    for (std::size_t channel = 0; channel < sound_.channels() && !lost(); ++channel) {
      const std::size_t before = row_.size();
      if (keep(ask(run, channel))) tell(channel, std::span(row_).subspan(before), out);
    }
    if (answer() != Answer::kFrames || lost()) return;
    out.width = static_cast<int>(row_.size());
    out.frames.insert(out.frames.end(), row_.begin(), row_.end());
    out.frames_at.push_back(sound_.position(next_));
  }

  base::Status ask(Run& run, std::size_t channel) {
    if (frames_.empty()) return network_.hear(run, method_, sound_.channel(channel).view(next_, window()), row_);
    const WindowPlan& plan = network_.plan();
    const auto frames = frames_[channel].view(next_ / front_.hop * plan.width, plan.frames * plan.width);
    return network_.hear_frames(run, method_, frames, row_);
  }

  void tell(std::size_t channel, std::span<const float> numbers, StreamOutput& out) {
    Heard heard;
    heard.at = sound_.position(next_);
    heard.duration = sound_.position(window());
    heard.channel = channel_number(channel);
    if (answer() == Answer::kLabels) best_labels(numbers, heard, out);
    if (answer() != Answer::kPitch || numbers[1] < settings_.threshold()) return;
    heard.kind = Heard::Kind::kPitch;
    heard.value = numbers[0];
    heard.score = numbers[1];
    out.events.push_back(std::move(heard));
  }

  const FrontEndCard& front_;
  std::int64_t hop_;
  std::int64_t next_ = 0;                                          ///< where the next window begins
  std::int64_t next_frame_ = 0;                                    ///< of the front end
  std::int64_t limit_ = std::numeric_limits<std::int64_t>::max();  ///< windows begin before it
  std::vector<Tail> frames_;                                       ///< of each channel; none for waveform
  std::vector<float> row_;
};

}  // namespace

std::unique_ptr<Way> window_way(const Card& card, std::span<const Method> methods, std::size_t method,
                                ClassifierSound sound) {
  return std::make_unique<WindowWay>(card, methods, method, std::move(sound));
}

}  // namespace models
