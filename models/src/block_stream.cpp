#include "block_stream.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "attributes.hpp"
#include "loaded_model.hpp"
#include "stream_kind.hpp"
#include "text.hpp"

namespace models {

namespace {

using base::Error;
using base::ErrorCode;
using base::Status;

constexpr double kListenSeconds = 2;  ///< longer than networks for sound look back
constexpr double kFadeSeconds = 0.05;
constexpr std::size_t kMostChanges = 4096;
constexpr std::size_t kPiece = 4096;  ///< frames that go through the resamplers at once

void to_planes(std::span<const float> frames, std::size_t channels, std::size_t stride, float* planes) {
  const std::size_t count = frames.size() / channels;
  for (std::size_t channel = 0; channel < channels; ++channel) {
    float* to = planes + channel * stride;
    for (std::size_t i = 0; i < count; ++i) to[i] = frames[i * channels + channel];
  }
}

/// Frames to the end of `out`, from planes that lie `stride` apart; empty planes: silence.
void append_frames(std::span<const float> planes, std::size_t channels, std::size_t frames, std::vector<float>& out) {
  if (planes.empty()) return out.resize(out.size() + channels * frames);
  if (channels == 1) return static_cast<void>(out.insert(out.end(), planes.begin(), planes.end()));
  std::size_t at = out.size();
  out.resize(at + channels * frames);
  for (std::size_t i = 0; i < frames; ++i) {
    for (std::size_t channel = 0; channel < channels; ++channel) out[at++] = planes[channel * frames + i];
  }
}

}  // namespace

BlockStream::BlockStream(std::shared_ptr<const Model> model, std::size_t method, double rate,
                         const StreamFormat& format)
    : model_(std::move(model)), index_(method), rate_(rate), format_(format) {
  use_block(usual_block(model_->card(), this->method()));
}

base::Result<std::unique_ptr<Stream>> BlockStream::make(std::shared_ptr<const Model> model, std::size_t method,
                                                        double rate, const StreamFormat& format) {
  std::unique_ptr<BlockStream> stream(new BlockStream(std::move(model), method, rate, format));
  if (auto status = stream->make_resamplers(); !status) return std::move(status.error());
  return std::unique_ptr<Stream>(std::move(stream));
}

Status BlockStream::make_resamplers() {
  if (rate_ == format_.rate) return {};
  const auto fill = [](Resamplers& all, std::size_t channels, double in, double out) -> Status {
    while (all.size() < channels) {
      auto one = Resampler::make(in, out);
      if (!one) return std::move(one.error());
      all.push_back(std::move(*one));
    }
    return {};
  };
  if (method().in_ratio == 1) {
    if (auto status = fill(in_resamplers_, in_channels(), format_.rate, rate_); !status) return status;
  }
  if (method().out_ratio == 1) {
    if (auto status = fill(out_resamplers_, out_channels(), rate_, format_.rate); !status) return status;
  }
  in_resampled_.resize(in_resamplers_.size());
  out_resampled_.resize(out_resamplers_.size());
  return {};
}

void BlockStream::use_block(int samples) {
  samples_ = samples;
  block_ = static_cast<std::size_t>(samples / method().in_ratio);
  answer_ = static_cast<std::size_t>(samples / method().out_ratio);
  block_in_.assign(block_ * in_channels(), 0.0F);
  in_.shape.assign({1, method().in_channels, static_cast<std::int64_t>(block_)});
  in_.data = block_in_;
}

Status BlockStream::push(Instance& instance, std::span<const float> frames, StreamOutput& out) {
  if (!std::exchange(rate_told_, true)) {
    if (auto status = instance.use_rate(rate_); !status) return status;
  }
  if (!std::exchange(seed_told_, true)) instance.seed(static_cast<std::uint64_t>(*seed_));
  return feed(&instance, frames, out);
}

void BlockStream::rest(std::span<const float> frames, StreamOutput& out) { (void)feed(nullptr, frames, out); }

/// @param instance  null: the model rests
Status BlockStream::feed(Instance* instance, std::span<const float> frames, StreamOutput& out) {
  const std::size_t channels = in_channels();
  if (frames.size() % channels != 0) {
    return named(model_->card().name,
                 {ErrorCode::kMalformed, "a frame has " + count_text(channels, "number") + "; " +
                                             std::to_string(frames.size()) + " are no whole frames"});
  }
  taken_ += static_cast<std::int64_t>(frames.size() / channels);
  if (!in_resamplers_.empty()) return feed_resampled(instance, frames, out);
  Status first;
  while (!frames.empty()) {
    const auto piece = frames.first(std::min(frames.size(), (block_ - filled_) * channels));
    frames = frames.subspan(piece.size());
    to_planes(piece, channels, block_, block_in_.data() + filled_);
    filled_ += piece.size() / channels;
    if (filled_ < block_) break;
    auto status = run_block(instance, out);
    if (!status && first) first = std::move(status);
  }
  return first;
}

Status BlockStream::feed_resampled(Instance* instance, std::span<const float> frames, StreamOutput& out) {
  const std::size_t channels = in_channels();
  Status first;
  while (!frames.empty()) {
    const auto piece = frames.first(std::min(frames.size(), kPiece * channels));
    frames = frames.subspan(piece.size());
    channel_.resize(piece.size());
    const std::size_t count = piece.size() / channels;
    to_planes(piece, channels, count, channel_.data());
    for (std::size_t i = 0; i < channels; ++i) {
      in_resamplers_[i]->push(std::span(channel_).subspan(i * count, count), in_resampled_[i]);
    }
    std::size_t used = 0;
    for (const std::size_t ready = in_resampled_.front().size(); used < ready;) {
      const std::size_t some = std::min(block_ - filled_, ready - used);
      for (std::size_t i = 0; i < channels; ++i) {
        std::copy_n(in_resampled_[i].data() + used, some, block_in_.data() + i * block_ + filled_);
      }
      used += some;
      filled_ += some;
      if (filled_ < block_) break;
      auto status = run_block(instance, out);
      if (!status && first) first = std::move(status);
    }
    for (auto& one : in_resampled_) one.clear();
  }
  return first;
}

Status BlockStream::run_block(Instance* instance, StreamOutput& out) {
  filled_ = 0;
  Status status;
  if (instance != nullptr && next_ && next_->over) instance = next_->instance.get();
  bool silent = instance == nullptr;
  if (!silent) {
    status = change(*instance);
    auto called = call(*instance, index_, tensor_);
    silent = !called;
    if (status) status = std::move(called);
    if (next()) {
      auto listened = call_next(silent);
      if (status) status = std::move(listened);
    }
  }
  last_ = block_begins();
  run_ += static_cast<std::int64_t>(block_);
  const auto planes = silent ? std::span<const float>() : std::span<const float>(tensor_.data);
  emit(planes, answer_, out);
  if (const int wanted = samples_; static_cast<int>(block_) * method().in_ratio != wanted) use_block(wanted);
  return status;
}

std::int64_t BlockStream::block_begins() const {
  const double units = static_cast<double>(run_) * method().in_ratio * format_.rate;
  return static_cast<std::int64_t>(std::floor(units / rate_));
}

Status BlockStream::change(Instance& instance) {
  Status first;
  std::size_t done = 0;
  for (const auto begins = block_begins(); done < changes_.size() && changes_[done].at <= begins; ++done) {
    auto status = instance.set(changes_[done].attribute, changes_[done].values);
    if (auto* listening = next()) (void)listening->set(changes_[done].attribute, changes_[done].values);
    if (!status && first) first = std::move(status);
  }
  changes_.erase(changes_.begin(), changes_.begin() + static_cast<std::ptrdiff_t>(done));
  return first;
}

base::Result<bool> BlockStream::set_at(Change change) {
  const auto card = find_attribute(model_->attributes(), change.attribute);
  if (!card) return named(model_->card().name, card.error());
  auto fitted = fit_values(**card, change.values);
  if (!fitted) return named(model_->card().name, std::move(fitted.error()));
  if (changes_.size() >= kMostChanges) {
    return named(model_->card().name, {ErrorCode::kBusy, count_text(kMostChanges, "change") + " wait already"});
  }
  change.values = std::move(*fitted);
  const bool late = change.at <= last_;
  const auto after = std::upper_bound(changes_.begin(), changes_.end(), change.at,
                                      [](std::int64_t at, const Change& one) { return at < one.at; });
  changes_.insert(after, std::move(change));
  return late;
}

Status BlockStream::call(Instance& instance, std::size_t method, TensorOut& tensor) {
  if (auto status = instance.call(method, in_, tensor); !status) return status;
  auto status = check_stream_answer(this->method(), block_, tensor);
  if (!status) return named(model_->card().name, std::move(status.error()));
  return status;
}

/// The same block through the version that is to come.
/// @param silent  the old one gave nothing
Status BlockStream::call_next(bool& silent) {
  auto status = call(*next_->instance, next_->method, next_->tensor);
  if (!status) {
    next_.reset();
    status.error().message += " (the new version; the old one serves on)";
    return status;
  }
  fade(silent);
  next_->heard += samples_of_block();
  if (static_cast<double>(next_->heard) >= (kListenSeconds + kFadeSeconds) * rate_) end_hand_over();
  return {};
}

/// Into tensor_: what was, then a straight line from it to what will be.
void BlockStream::fade(bool& silent) {
  const double begins = kListenSeconds * rate_, length = kFadeSeconds * rate_;
  if (static_cast<double>(next_->heard) + static_cast<double>(samples_of_block()) <= begins) return;
  const auto& to = next_->tensor.data;
  if (silent) {
    tensor_ = next_->tensor;
    silent = false;
    return;
  }
  for (std::size_t i = 0; i < to.size(); ++i) {
    const double at = static_cast<double>(next_->heard) + static_cast<double>(i % answer_) * method().out_ratio;
    const auto part = static_cast<float>(std::clamp((at - begins) / length, 0.0, 1.0));
    tensor_.data[i] = part >= 1 ? to[i] : tensor_.data[i] + part * (to[i] - tensor_.data[i]);
  }
}

void BlockStream::end_hand_over() {
  next_->over = true;
  model_ = next_->model;
  index_ = next_->method;
}

void BlockStream::hand_over(std::shared_ptr<const Model> model, std::size_t method, std::unique_ptr<Instance> next) {
  if (next_ && next_->over) return;  // nobody has asked for the one that took over yet: it is the one that serves
  (void)next->use_rate(rate_);
  next_ = Next{std::move(model), method, std::move(next), {}, 0, false};
}

std::unique_ptr<Instance> BlockStream::taken_over() {
  if (!next_ || !next_->over) return nullptr;
  auto instance = std::move(next_->instance);
  next_.reset();
  return instance;
}

void BlockStream::emit(std::span<const float> planar, std::size_t frames, StreamOutput& out) {
  out.width = method().out_channels;
  if (!out_resamplers_.empty()) return emit_resampled(planar, frames, out);
  append_frames(planar, out_channels(), frames, out.frames);
  add_stretch(static_cast<std::int64_t>(frames), out);
}

void BlockStream::emit_resampled(std::span<const float> planar, std::size_t frames, StreamOutput& out) {
  if (planar.empty()) channel_.assign(frames, 0.0F);
  for (std::size_t i = 0; i < out_channels(); ++i) {
    const auto plane = planar.empty() ? std::span<const float>(channel_) : planar.subspan(i * frames, frames);
    out_resamplers_[i]->push(plane, out_resampled_[i]);
  }
  const std::size_t made = out_resampled_.front().size();
  channel_.clear();
  for (const auto& one : out_resampled_) channel_.insert(channel_.end(), one.begin(), one.end());
  for (auto& one : out_resampled_) one.clear();
  if (made == 0) return;
  append_frames(channel_, out_channels(), made, out.frames);
  add_stretch(static_cast<std::int64_t>(made), out);
}

void BlockStream::add_stretch(std::int64_t frames, StreamOutput& out) {
  Stretch next{0, told_, frames, 1, 1};
  if (out_resamplers_.empty()) {
    next.units = method().out_ratio * format_.rate;
    next.per = rate_;
  }
  told_ += frames;
  if (!out.stretches.empty()) {
    Stretch& last = out.stretches.back();
    if (last.origin == 0 && last.first + last.count == next.first) {
      last.count += frames;
      return;
    }
  }
  out.stretches.push_back(next);
}

base::Result<std::size_t> BlockStream::take(std::span<const float> /*frames*/, Windows& /*windows*/,
                                            StreamOutput& /*out*/) {
  return Error{ErrorCode::kWrongState, model_->card().name + ": it answers no windows"};
}

Status BlockStream::tell(std::span<const Heard> /*heard*/, std::span<const WindowAnswer> /*answers*/,
                         StreamOutput& /*out*/) {
  return {};
}

/// Silence follows until all that belongs to the sound has come out; what lies after it is cut off.
Status BlockStream::finish(Instance& instance, StreamOutput& out) {
  const double in = in_resamplers_.empty() ? method().in_ratio / rate_ : 1 / format_.rate;
  const double step = out_resamplers_.empty() ? method().out_ratio / rate_ : 1 / format_.rate;
  const auto wanted = static_cast<std::int64_t>(std::ceil(static_cast<double>(taken_) * in / step - 1e-6));
  const std::vector<float> silence(in_channels() * (in_resamplers_.empty() ? block_ : kPiece), 0.0F);
  Status first;
  while (told_ < wanted) {
    auto status = push(instance, silence, out);
    if (!status && first) first = std::move(status);
  }
  if (const auto beyond = told_ - wanted; beyond > 0 && !out.stretches.empty()) {
    const auto cut = std::min(beyond, out.stretches.back().count);
    out.stretches.back().count -= cut;
    out.frames.resize(out.frames.size() - static_cast<std::size_t>(cut) * out_channels());
  }
  return first;
}

void BlockStream::reset() {
  filled_ = 0;
  taken_ = 0;
  told_ = 0;
  run_ = 0;
  last_ = -1;
  for (auto& one : in_resamplers_) one->reset();
  for (auto& one : out_resamplers_) one->reset();
}

Status BlockStream::set(std::string_view setting, std::span<const Value> values) {
  const auto settings = model_->settings();
  const auto card = find_attribute(settings, setting);
  if (!card) return named(model_->card().name, card.error());
  const auto fitted = fit_values(**card, values);
  if (!fitted) return named(model_->card().name, fitted.error());
  if (setting == "seed") {
    seed_ = std::get<std::int32_t>(fitted->front());
    seed_told_ = false;
    return {};
  }
  const int step = method().block * method().in_ratio;
  samples_ = (std::get<std::int32_t>(fitted->front()) + step - 1) / step * step;
  if (filled_ == 0) use_block(samples_);
  return {};
}

base::Result<std::vector<Value>> BlockStream::get(std::string_view setting) const {
  const auto card = find_attribute(model_->settings(), setting);
  if (!card) return named(model_->card().name, card.error());
  return std::vector<Value>{setting == "seed" ? seed_.value_or(0) : samples_};
}

std::int64_t BlockStream::latency() const {
  const auto samples = static_cast<double>(std::max(model_->card().stream.latency, 0));
  return std::llround(samples * format_.rate / rate_);
}

std::string BlockStream::warning() const {
  const double own = model_->card().model_rate;
  if (own == 0 || own == rate_) return {};
  return model_->card().name + " was made for " + number_text(own) + " Hz and runs at " + number_text(rate_) +
         " Hz: what it gives is " + number_text(rate_ / own) + " times as fast and as high";
}

std::int64_t BlockStream::lookahead() const {
  double units = static_cast<double>(block_ - 1) * method().in_ratio * format_.rate / rate_;
  if (!in_resamplers_.empty()) units += static_cast<double>(in_resamplers_.front()->lookahead());
  if (!out_resamplers_.empty()) {
    units += static_cast<double>(out_resamplers_.front()->lookahead()) * format_.rate / rate_;
  }
  return static_cast<std::int64_t>(std::ceil(units - 1e-6));
}

}  // namespace models
