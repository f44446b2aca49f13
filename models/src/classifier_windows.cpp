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
        frames_(tensor_.plan().frames > 0 ? sound_.channels() : 0) {}

  std::int64_t lookahead() const override { return sound_.lookahead(window()); }

 protected:
  void advance(Windows& windows, StreamOutput& /*out*/) override {
    compute_frames();
    for (; next_ < limit_ && next_ + window() <= sound_.end(); next_ += hop_) {
      for (std::size_t channel = 0; channel < sound_.channels(); ++channel) ask(channel, windows);
    }
    if (frames_.empty()) return sound_.drop_before(next_);
    sound_.drop_before(next_frame_ * front_.hop);
    for (auto& frames : frames_) frames.drop_before(next_ / front_.hop * tensor_.plan().width);
  }

  /// Windows that lie within the sound are taken; of a sound that is shorter than one window, this one, with silence.
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
    const auto width = static_cast<std::size_t>(tensor_.plan().width);
    numbers.resize(numbers.size() + width);  // with zeros for a frame between two windows, which no window has
    if (from % hop_ + front_.window > window()) return;
    tensor_.front_end_frame(sound_.channel(channel).view(from, front_.window), std::span(numbers).last(width));
  }

  void ask(std::size_t channel, Windows& windows) {
    Heard heard;
    heard.at = sound_.position(next_);
    heard.duration = sound_.position(window());
    heard.channel = channel_number(channel);
    windows.heard.push_back(std::move(heard));
    if (frames_.empty()) return tensor_.prepare(sound_.channel(channel).view(next_, window()), windows.numbers);
    const WindowPlan& plan = tensor_.plan();
    tensor_.prepare_frames(frames_[channel].view(next_ / front_.hop * plan.width, plan.frames * plan.width),
                           windows.numbers);
  }

  const FrontEndCard& front_;
  std::int64_t hop_;
  std::int64_t next_ = 0;                                          ///< where the next window begins
  std::int64_t next_frame_ = 0;                                    ///< of the front end
  std::int64_t limit_ = std::numeric_limits<std::int64_t>::max();  ///< windows begin before it
  std::vector<Tail> frames_;                                       ///< of each channel; none for waveform
};

}  // namespace

std::unique_ptr<Way> window_way(const Card& card, std::span<const Method> methods, std::size_t method,
                                ClassifierSound sound) {
  return std::make_unique<WindowWay>(card, methods, method, std::move(sound));
}

}  // namespace models
