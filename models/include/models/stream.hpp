#pragma once
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "models/card.hpp"

namespace models {

class Instance;
class Model;

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

/// Frames of a steady rate that follow one another without a hole (kind stream).
struct Stretch {
  std::int64_t origin = 0;  ///< where frame 0 of its stream stands
  std::int64_t first = 0;   ///< number of its first frame, counted in the stream
  std::int64_t count = 0;
  double units = 1, per = 1;  ///< one frame is units / per long

  /// Where the stretch's frame `index` stands: rounded down, exact where units and per are whole.
  std::int64_t position(std::int64_t index) const {
    return origin + static_cast<std::int64_t>(std::floor(static_cast<double>(first + index) * units / per));
  }
  friend bool operator==(const Stretch&, const Stretch&) = default;
};

/// What a piece of input led to, in the order in which its input was complete.
struct StreamOutput {
  std::vector<Heard> events;
  int width = 0;                        ///< numbers of one frame
  std::vector<float> frames;            ///< [frames_at.size(), width], or those of the stretches, one after the other
  std::vector<std::int64_t> frames_at;  ///< the position of each; kinds that answer windows
  std::vector<Stretch> stretches;       ///< kind stream
  void clear() {
    events.clear();
    frames.clear();
    frames_at.clear();
    stretches.clear();
  }
};

/// An attribute that changes at a position.
struct Change {
  std::int64_t at = 0;
  std::string attribute;
  std::vector<Value> values;
};

/// The numbers that the script gave for a window, or why there are none.
using WindowAnswer = base::Result<std::vector<float>>;

/// Windows that streams have taken and that the script is to be asked about (Instance::ask).
struct Windows {
  std::vector<float> numbers;         ///< [count, numbers of one window], as the script takes them
  std::vector<Heard> heard;           ///< [count]: what is known of each without the script
  std::vector<WindowAnswer> answers;  ///< [count], once they were asked about
  std::size_t count() const { return heard.size(); }
  void clear() {
    numbers.clear();
    heard.clear();
    answers.clear();
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
  /// Fails: kModelFailed as Instance::run, with the first that failed; such windows are lost, all others are heard; a
  /// block of a stream that failed comes out as silence, so that nothing shifts.
  virtual base::Status push(Instance& instance, std::span<const float> frames, StreamOutput& out) = 0;

  /// As push(), without running the model: silence comes out, or nothing where windows are answered.
  virtual void rest(std::span<const float> /*frames*/, StreamOutput& /*out*/) {}

  /// push() in steps, so that the windows of several streams of a method can be asked about together: take() appends
  /// those that are complete and stops as soon as there are any, Instance::ask() answers them, tell() says what they
  /// came to. What needs no script is told by take() itself. For methods that answer windows; others are pushed.
  /// @return how many of the numbers of `frames` were taken; at least one frame.
  virtual base::Result<std::size_t> take(std::span<const float> frames, Windows& windows, StreamOutput& out) = 0;
  /// @param heard, answers  of all windows that the last take() appended, in its order; `heard.at` may have been moved
  ///                        to another axis.
  /// Fails: as push().
  virtual base::Status tell(std::span<const Heard> heard, std::span<const WindowAnswer> answers, StreamOutput& out) = 0;

  /// The sound has ended (a file): what waits for more is heard as if silence followed. Only reset() may come next.
  virtual base::Status finish(Instance& instance, StreamOutput& out) = 0;

  /// As new: the next frame is frame 0. Settings stay.
  virtual void reset() = 0;

  /// Fails: kUnknown (no such setting), kMalformed naming count, type or range. Acts from the next push on.
  virtual base::Status set(std::string_view setting, std::span<const Value> values) = 0;
  virtual base::Result<std::vector<Value>> get(std::string_view setting) const = 0;

  /// Sets an attribute of the instance at the first block that begins at or after `change.at`; one that lies in the
  /// past acts at the next block. Those of one position act in their order.
  /// @return whether it was late: a block that it was meant for has been run.
  /// Fails: kUnknown, kMalformed as Instance::set; kWrongState where there are no blocks. A setter that refuses later
  /// fails the push() that comes to it.
  virtual base::Result<bool> set_at(Change change) = 0;
  /// Takes back the changes that have not acted, in their order.
  virtual std::vector<Change> take_changes() { return {}; }

  /// Another version of the model takes over, between two blocks: its instance first listens to what comes, beside the
  /// one that serves, for two seconds; then one is faded into the other. No position moves. Where it fails meanwhile,
  /// the old one serves on, and push() says why. A later call takes the place of an earlier one.
  /// @param next  of `model`, whose method of this index has the same form. For streams of blocks alone.
  virtual void hand_over(std::shared_ptr<const Model> model, std::size_t method, std::unique_ptr<Instance> next) = 0;
  /// The instance that listens or is faded in now; null: none.
  virtual Instance* next() = 0;
  /// The instance that has taken over, once: from now on push() is given this one.
  virtual std::unique_ptr<Instance> taken_over() = 0;

  /// Units that what comes out stands after what went in: what the model adds. Constant.
  virtual std::int64_t latency() const { return 0; }
  /// What a client should know about this stream; empty: nothing.
  virtual std::string warning() const { return {}; }

  /// Units of input that must have come after the position of an answer before it can be given: the rest of its window
  /// or block, and what the resampler looks ahead. Constant while settings are.
  virtual std::int64_t lookahead() const = 0;
};

}  // namespace models
