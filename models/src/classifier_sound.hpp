#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "models/card.hpp"
#include "models/stream.hpp"
#include "resampler.hpp"
#include "tail.hpp"

namespace models {

/// A stream's sound at the model's rate: every channel by itself, or all of them mixed down to their mean. All channels
/// are always equally long. Thread: one caller at a time.
class ClassifierSound {
 public:
  static constexpr std::size_t kPiece = 4096;  ///< frames that push takes at most

  /// Fails: kMalformed (no channels, more than 64, a rate that cannot be brought to the model's).
  static base::Result<ClassifierSound> make(const Card& card, const StreamFormat& format);

  /// @param frames  [n, channels of the format], n at most kPiece.
  void push(std::span<const float> frames);
  /// What stands after the end of a file; does not count as heard.
  void push_silence(std::size_t frames);
  void reset();

  std::size_t frame_width() const { return static_cast<std::size_t>(format_.channels); }  ///< as it comes
  std::size_t channels() const { return heard_.size(); }                                  ///< at the model's rate
  const Tail& channel(std::size_t index) const { return heard_[index]; }
  std::int64_t end() const { return heard_.front().end(); }
  void drop_before(std::int64_t sample);

  /// How many samples at the model's rate lie within what was pushed; those after `end()` are still to come.
  std::int64_t inside() const;
  /// The frame of the stream that stands where this sample stands, or before it.
  std::int64_t position(std::int64_t sample) const;
  /// Frames that must have come after the position of a sample before it and those after it, `samples` in all, are
  /// there.
  std::int64_t lookahead(std::int64_t samples) const;

 private:
  ClassifierSound(double model_rate, const StreamFormat& format) : model_rate_(model_rate), format_(format) {}
  void resample(std::size_t channel);

  double model_rate_;
  StreamFormat format_;
  std::int64_t frames_ = 0;  ///< pushed
  std::vector<std::unique_ptr<Resampler>> resamplers_;
  std::vector<Tail> heard_;
  std::vector<float> line_;  ///< one channel of a piece
};

}  // namespace models
