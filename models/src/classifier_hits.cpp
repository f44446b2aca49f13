#include <algorithm>
#include <limits>
#include <tuple>

#include "classifier_way.hpp"
#include "onsets.hpp"

namespace models {

namespace {

/// Where a sound stops, the stop itself can look like an attack: onsets this near to the end of a file are left out.
constexpr double kCutSeconds = 0.005;

/// A hit that waits for the rest of its window.
struct Pending {
  std::int64_t due = 0;  ///< the sample that has to have come; the same however the sound is cut into pieces
  std::size_t channel = 0;
  Onset onset;
};

/// Onsets of the sound, and what the script makes of the window at each.
class HitWay final : public ClassifierWay {
 public:
  HitWay(const Card& card, std::span<const Method> methods, std::size_t method, ClassifierSound sound)
      : ClassifierWay(card, methods, method, std::move(sound)) {
    for (std::size_t i = 0; i < sound_.channels(); ++i) onsets_.push_back(Onsets::make(card.model_rate));
    samples_.resize(static_cast<std::size_t>(window()));
  }

  std::int64_t lookahead() const override { return sound_.lookahead(wait()); }

 protected:
  void advance(Windows& windows, StreamOutput& out) override {
    find_onsets();
    std::size_t taken = 0;
    for (; taken < pending_.size() && pending_[taken].due <= sound_.end(); ++taken) {
      take_one(pending_[taken], windows, out);
    }
    pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(taken));
    drop();
  }

  /// What came as silence after the end counts as nothing, and what is cut off as no attack.
  void end_sound() override {
    inside_ = sound_.inside();
    limit_ = inside_ - static_cast<std::int64_t>(kCutSeconds * card_.model_rate);
  }

  bool waits() const override { return inside_ > 0 && (!pending_.empty() || sound_.end() < inside_ + wait()); }

  void forget() override {
    for (auto& onsets : onsets_) onsets->reset();
    pending_.clear();
    searched_ = 0;
    inside_ = 0;
    limit_ = std::numeric_limits<std::int64_t>::max();
  }

 private:
  /// Samples from an onset on, it among them, that have to be there before it is told.
  std::int64_t wait() const {
    const std::int64_t certain = onsets_.front()->lookahead() + 1;
    return answer() == Answer::kHits ? std::max(certain, window() - card_.listen.before) : certain;
  }

  void find_onsets() {
    for (std::size_t channel = 0; channel < onsets_.size(); ++channel) {
      onsets_[channel]->set_sensitivity(settings_.sensitivity());
      found_.clear();
      onsets_[channel]->push(sound_.channel(channel).view(searched_, sound_.end() - searched_), found_);
      for (const Onset& onset : found_) {
        if (onset.at < limit_) pending_.push_back({onset.at + wait(), channel, onset});
      }
    }
    searched_ = sound_.end();
    std::stable_sort(pending_.begin(), pending_.end(), [](const Pending& a, const Pending& b) {
      return std::tie(a.due, a.channel) < std::tie(b.due, b.channel);
    });
  }

  void take_one(const Pending& pending, Windows& windows, StreamOutput& out) {
    Heard heard;
    heard.kind = Heard::Kind::kHit;
    heard.at = sound_.position(pending.onset.at);
    heard.duration = answer() == Answer::kHits ? sound_.position(window()) : 0;
    heard.value = pending.onset.strength;
    heard.channel = channel_number(pending.channel);
    if (answer() == Answer::kHits) return ask(pending, std::move(heard), windows);
    heard.name = "onset";
    heard.score = 1;
    out.events.push_back(std::move(heard));
  }

  void ask(const Pending& pending, Heard heard, Windows& windows) {
    sound_.channel(pending.channel).copy(pending.onset.at - card_.listen.before, samples_);
    tensor_.prepare(samples_, windows.numbers);
    windows.heard.push_back(std::move(heard));
  }

  /// Keeps what a window of a pending hit holds, and what one could hold whose onset is not certain yet.
  void drop() {
    std::int64_t first = sound_.end() - onsets_.front()->lookahead();
    for (const auto& pending : pending_) first = std::min(first, pending.onset.at);
    sound_.drop_before(std::max<std::int64_t>(first - card_.listen.before, 0));
  }

  std::vector<std::unique_ptr<Onsets>> onsets_;                    ///< of each channel
  std::vector<Pending> pending_;                                   ///< by the sample they wait for
  std::int64_t searched_ = 0;                                      ///< up to here onsets have been looked for
  std::int64_t inside_ = 0;                                        ///< samples of a sound that has ended
  std::int64_t limit_ = std::numeric_limits<std::int64_t>::max();  ///< onsets from here on are none
  std::vector<Onset> found_;
  std::vector<float> samples_;
};

}  // namespace

std::unique_ptr<Way> hit_way(const Card& card, std::span<const Method> methods, std::size_t method,
                             ClassifierSound sound) {
  return std::make_unique<HitWay>(card, methods, method, std::move(sound));
}

}  // namespace models
