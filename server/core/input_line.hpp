#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/time.hpp"

namespace server {

/// A piece of a session's input: sound, one frame per unit, or slower frames such as latents.
struct Input {
  base::Position at;  ///< of its first frame
  int channels = 1;
  std::vector<float> samples;  ///< interleaved; empty: silence
  std::int64_t silence = 0;    ///< frames of silence, where there are no samples
  bool begins = false;         ///< what was heard before has nothing to do with it
  bool rests = false;          ///< the model is not run: silence comes out

  std::int64_t frames() const {
    return samples.empty() ? silence : static_cast<std::int64_t>(samples.size()) / channels;
  }
};

/// Puts a session's input messages back into one line, whatever UDP did to them: doubles are dropped, what comes too
/// early waits for what is missing, and what stays missing becomes silence of the same length. Input never shifts.
/// What comes out depends on the messages' numbers and positions alone, not on when they came. Frames that are longer
/// than a unit stand at rounded positions: half a frame either way is no hole. Thread: [net].
class InputLine {
 public:
  static constexpr std::int64_t kSilence = 16384;   ///< frames of silence in one piece: others have their turn between
  static constexpr std::size_t kWaiting = 1024;     ///< messages that wait for a missing one
  static constexpr std::int32_t kFirstBefore = 64;  ///< a first message numbered higher has no missing ones before it

  /// What a message led to.
  struct Outcome {
    std::vector<Input> ready;                                    ///< in order, without holes but where one begins
    std::vector<std::pair<std::int32_t, std::int32_t>> missing;  ///< numbers given up: from, to
    std::string complaint;                                       ///< a sentence for the host; empty: all is well
  };

  /// @param frames_per_second  of the session
  explicit InputLine(double frames_per_second);
  /// Frames are units / per long from now on; 1 / 1 at first.
  void set_frame(double units, double per);

  /// @param seq  1 for the session's first message; 0: the host does not count, its positions say it all.
  void take(std::int32_t seq, Input input, Outcome& out);
  /// A missing message is waited for while this much later input comes.
  void set_reorder(std::int64_t frames) { reorder_ = frames; }
  /// The next message begins anew, whatever its number.
  void restart();
  /// Messages that came twice, or after they were given up.
  std::uint64_t late() const { return late_; }

 private:
  void hold(std::int32_t seq, Input input);
  void release(Outcome& out);
  void give_up(Outcome& out);
  void fill(const Input& input, Outcome& out);
  void place(Input input, Outcome& out);
  std::optional<std::string> too_far(const Input& input) const;
  std::int64_t waiting_frames() const;
  /// The number of the frame that stands there, counted from where the line began.
  std::int64_t frame_at(base::Position at) const;
  base::Position position(std::int64_t frame) const;

  double rate_;  // units per second
  double units_ = 1, per_ = 1;
  std::int64_t most_silence_;  // frames
  std::int64_t reorder_;       // units
  std::int32_t next_ = 1;      // the number that comes next; 0: whichever comes
  base::Position origin_;
  std::optional<std::int64_t> end_;  // frames that were placed since the origin; nothing yet: none
  int channels_ = 0;
  std::map<std::int32_t, Input> waiting_;  // by how far ahead of next_ they were when next_ was first_
  std::int32_t first_ = 1;                 // the number that the keys of waiting_ count from
  std::uint64_t late_ = 0;
};

}  // namespace server
