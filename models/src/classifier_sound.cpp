#include "classifier_sound.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

namespace models {

namespace {

constexpr int kMostChannels = 64;

bool whole(double rate) { return rate == std::floor(rate); }

/// floor(count · to / from), without an error for whole rates however long the stream.
std::int64_t scaled(std::int64_t count, double from, double to) {
  if (whole(from) && whole(to)) return count * static_cast<std::int64_t>(to) / static_cast<std::int64_t>(from);
  return static_cast<std::int64_t>(std::floor(static_cast<long double>(count) * to / from));
}

/// The same channel of every frame, or the mean of all channels.
float sample_of(std::span<const float> frame, std::size_t channel, bool mix) {
  if (!mix) return frame[channel];
  const double sum = std::accumulate(frame.begin(), frame.end(), 0.0);
  return static_cast<float>(sum / static_cast<double>(frame.size()));
}

}  // namespace

base::Result<ClassifierSound> ClassifierSound::make(const Card& card, const StreamFormat& format) {
  if (format.channels < 1 || format.channels > kMostChannels) {
    return base::Error{base::ErrorCode::kMalformed, "a stream has 1.." + std::to_string(kMostChannels) + " channels; " +
                                                        std::to_string(format.channels) + " came"};
  }
  ClassifierSound sound(card.model_rate, format);
  const int channels = card.listen.each_channel ? format.channels : 1;
  for (int i = 0; i < channels; ++i) {
    auto resampler = Resampler::make(format.rate, card.model_rate);
    if (!resampler) return resampler.error();
    sound.resamplers_.push_back(std::move(*resampler));
  }
  sound.heard_.resize(static_cast<std::size_t>(channels));
  return sound;
}

void ClassifierSound::push(std::span<const float> frames) {
  const auto width = static_cast<std::size_t>(format_.channels);
  const std::size_t count = frames.size() / width;
  line_.resize(count);
  for (std::size_t channel = 0; channel < channels(); ++channel) {
    if (width == 1) std::copy(frames.begin(), frames.end(), line_.begin());
    for (std::size_t i = 0; width > 1 && i < count; ++i) {
      line_[i] = sample_of(frames.subspan(i * width, width), channel, channels() == 1);
    }
    resample(channel);
  }
  frames_ += static_cast<std::int64_t>(count);
}

void ClassifierSound::push_silence(std::size_t frames) {
  line_.assign(frames, 0.0F);
  for (std::size_t channel = 0; channel < channels(); ++channel) resample(channel);
}

void ClassifierSound::resample(std::size_t channel) { resamplers_[channel]->push(line_, heard_[channel].numbers()); }

void ClassifierSound::reset() {
  for (auto& resampler : resamplers_) resampler->reset();
  for (auto& tail : heard_) tail.clear();
  frames_ = 0;
}

void ClassifierSound::drop_before(std::int64_t sample) {
  for (auto& tail : heard_) tail.drop_before(sample);
}

std::int64_t ClassifierSound::inside() const {
  // The last sample within is the one before the position of the first frame after the end.
  if (frames_ == 0) return 0;
  const auto last = scaled(frames_, format_.rate, model_rate_);
  return position(last) < frames_ ? last + 1 : last;
}

std::int64_t ClassifierSound::position(std::int64_t sample) const { return scaled(sample, model_rate_, format_.rate); }

std::int64_t ClassifierSound::lookahead(std::int64_t samples) const {
  const std::int64_t frames = scaled(samples - 1, model_rate_, format_.rate);
  return frames + (format_.rate == model_rate_ ? 0 : 1) + resamplers_.front()->lookahead();
}

}  // namespace models
