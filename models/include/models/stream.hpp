#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "models/card.hpp"

namespace models {

class Instance;

/// How a stream's input comes.
struct StreamFormat {
  double rate = 48000;  ///< frames per second, 1000..768000
  int channels = 1;     ///< interleaved
};

/// One thing that was heard. Positions and durations are frames of the stream's own input; 0 is its first.
struct Heard {
  enum class Kind { kLabel, kPitch, kHit };
  Kind kind = Kind::kLabel;
  std::int64_t at = 0;        ///< start of the window; of a hit: its onset
  std::int64_t duration = 0;  ///< of the window
  std::string name;           ///< label, hit
  float value = 0;            ///< label: score; pitch: Hz; hit: velocity, 0..1
  float score = 0;            ///< pitch: confidence; hit: score of its name
  int rank = 1;               ///< label: 1 is the best
  int channel = 0;            ///< 1, 2 … where every channel is heard by itself; 0: mixed down
  friend bool operator==(const Heard&, const Heard&) = default;
};

/// What a piece of input led to, in the order in which its input was complete.
struct StreamOutput {
  std::vector<Heard> events;
  int width = 0;                        ///< numbers of one frame
  std::vector<float> frames;            ///< [frames_at.size(), width]
  std::vector<std::int64_t> frames_at;  ///< the position of each
  void clear() {
    events.clear();
    frames.clear();
    frames_at.clear();
  }
};

/// A session's way through a model: sound at the session's rate in, events or frames out. What comes out depends on
/// what went in and never on how it was cut into pieces. Holds the resampler and what of a window has been heard so
/// far. Thread: one caller at a time.
class Stream {
 public:
  virtual ~Stream() = default;

  /// @param instance  of the same model; may be another one at each call where the model has no state.
  /// @param frames    [n, channels], any n.
  /// @param out       what is new is appended.
  /// Fails: kModelFailed as Instance::run; the windows of this piece are lost, what comes next is heard.
  virtual base::Status push(Instance& instance, std::span<const float> frames, StreamOutput& out) = 0;

  /// The sound has ended (a file): what waits for more is heard as if silence followed. Only reset() may come next.
  virtual base::Status finish(Instance& instance, StreamOutput& out) = 0;

  /// As new: the next frame is frame 0. Settings stay.
  virtual void reset() = 0;

  /// Fails: kUnknown (no such setting), kMalformed naming count, type or range. Acts from the next push on.
  virtual base::Status set(std::string_view setting, std::span<const Value> values) = 0;
  virtual base::Result<std::vector<Value>> get(std::string_view setting) const = 0;

  /// Frames of input that must have come after the position of an answer before it can be given: the rest of its window
  /// and what the resampler looks ahead. Constant.
  virtual std::int64_t lookahead() const = 0;
};

}  // namespace models
