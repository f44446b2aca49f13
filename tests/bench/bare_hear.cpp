#include "bare_hear.hpp"

#include <algorithm>
#include <deque>
#include <fstream>
#include <iostream>
#include <iterator>

#include "bare_ear.hpp"
#include "models/src/onsets.hpp"

namespace bench {

namespace {

constexpr std::int64_t kPiece = 4096;  // samples, as they come to the daemon

std::size_t size(std::int64_t count) { return static_cast<std::size_t>(count); }

/// A sound that begins again where it ends.
class Loop {
 public:
  /// @param view  the most samples that are looked at at once.
  Loop(const std::string& bytes, std::int64_t view) : length_(static_cast<std::int64_t>(bytes.size() / 2)) {
    samples_.resize(size(length_));
    decode(bytes, samples_);
    for (std::int64_t i = 0; i < view; ++i) samples_.push_back(samples_[size(i % length_)]);
  }
  std::span<const float> at(std::int64_t position, std::int64_t count) const {
    return std::span(samples_).subspan(size(position % length_), size(count));
  }

 private:
  std::int64_t length_;
  std::vector<float> samples_;
};

/// What was heard since it was last told.
struct Told {
  std::int64_t windows = 0;
  Best last;
  void add(Best best) {
    ++windows;
    last = best;
  }
};

class Hearing {
 public:
  Hearing(const models::Card& card, const std::string& bytes)
      : card_(card),
        network_(card),
        ear_(card, network_),
        loop_(bytes, std::max<std::int64_t>(card.listen.window, kPiece)) {
    if (!models::answers_onsets(card.methods.front().answer)) return;
    onsets_ = models::Onsets::make(card.model_rate);
    wait_ = std::max<std::int64_t>(onsets_->lookahead() + 1, card.listen.window - card.listen.before);
  }

  const std::string& how() const { return network_.how(); }

  Told hear(std::int64_t samples) {
    Told told;
    end_ += samples;
    onsets_ ? hear_hits(told) : hear_windows(told);
    return told;
  }

 private:
  void hear_windows(Told& told) {
    const std::int64_t window = card_.listen.window;
    for (; next_ + window <= end_; next_ += card_.listen.hop) told.add(ear_.hear_next(loop_.at(next_, window)));
  }

  void hear_hits(Told& told) {
    while (next_ < end_) {
      const auto count = std::min(kPiece, end_ - next_);
      onsets_->push(loop_.at(next_, count), found_);
      next_ += count;
      for (const auto& onset : found_) pending_.push_back(onset.at);
      found_.clear();
      for (; !pending_.empty() && pending_.front() + wait_ <= next_; pending_.pop_front()) {
        told.add(ear_.hear(
            loop_.at(std::max<std::int64_t>(pending_.front() - card_.listen.before, 0), card_.listen.window)));
      }
    }
  }

  const models::Card& card_;
  BareNetwork network_;
  BareEar ear_;
  Loop loop_;
  std::unique_ptr<models::Onsets> onsets_;  ///< null where windows stand at hops
  std::int64_t wait_ = 0;                   ///< samples after an onset that have to be there
  std::int64_t end_ = 0, next_ = 0;         ///< of the sound so far; what was not looked at yet
  std::vector<models::Onset> found_;
  std::deque<std::int64_t> pending_;
};

}  // namespace

int hear_sound(const models::Card& card, const char* sound) {
  std::ifstream file(sound, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  if (bytes.size() < 2) {
    std::fprintf(stderr, "bench_hear: there is no sound in %s\n", sound);
    return 1;
  }
  Hearing hearing(card, bytes);
  std::printf("%s\n", hearing.how().c_str());
  std::fflush(stdout);
  for (std::int64_t samples = 0; std::cin >> samples;) {
    const auto told = hearing.hear(samples);
    std::printf("{\"windows\": %lld, \"index\": %lld, \"score\": %.6f}\n", static_cast<long long>(told.windows),
                static_cast<long long>(told.last.index), static_cast<double>(told.last.score));
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace bench
