#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "protocol/bundle.hpp"
#include "protocol/message.hpp"
#include "server/config/config.hpp"
#include "server/core/planning.hpp"

namespace server {

/// The ids of nodes in scsynth, of all synths: the upper half of those that the last of its 32 clients would give out,
/// each in its turn.
struct NodeIds {
  static constexpr std::int32_t kFirst = 2113929216, kCount = 1 << 24;
  std::int32_t next = 0;  ///< 0..kCount-1

  std::int32_t take() { return kFirst + std::exchange(next, (next + 1) % kCount); }
};

/// The notes of one synth on their way to scsynth: each leaves as two timed bundles, `/s_new` and the `/n_set` of its
/// end, one lookahead before it begins; so a note has its end with it whatever becomes of us. Times are those of the
/// calendar, since 1970; positions count samples from when the line began. Plain data. Thread: [net].
class SynthNotes {
 public:
  static constexpr std::int64_t kRate = 48000;  ///< positions per second
  /// The calendar was set anew by so much: the line goes on evenly. What is less is a clock that is being corrected.
  static constexpr base::Duration kStep = std::chrono::milliseconds(50);

  using Send = std::function<void(protocol::Bytes)>;

  /// Both outlive it.
  SynthNotes(const SynthConfig& config, NodeIds& nodes) : config_(config), nodes_(nodes) {}

  /// Position 0 is at `zero` from now on. @param calendar  as in Parts
  void begin(base::Duration zero, base::Duration calendar);
  /// The calendar goes on, or was set.
  void follow(base::Duration calendar);
  /// As it was when last followed: what is sent and what is cut go by the same one.
  base::Duration calendar() const { return calendar_; }
  std::int64_t position(base::Duration at) const;
  base::Duration time(std::int64_t position) const;

  /// Notes come in order.
  void add(const PlannedNote& note);
  /// When the next one has to leave.
  std::optional<base::Duration> next() const;
  /// Sends what has to leave now. @return how many were left out, since their time was over.
  std::size_t send_due(base::Duration now, const Send& send);
  /// What has not left stays here; what was sent ends at `at`, which is one lookahead from now: nothing that was sent
  /// begins later.
  void cut(base::Duration at, const Send& send);
  /// All that was added ends before this position.
  std::int64_t end() const { return end_; }

 private:
  struct Sent {
    std::int32_t node;
    base::Duration end;
  };
  double value_of(const SynthControl& control, const PlannedNote& note) const;
  void send_begin(std::int32_t node, const PlannedNote& note, const Send& send);
  void send_end(std::int32_t node, base::Duration at, const Send& send);

  const SynthConfig& config_;
  NodeIds& nodes_;
  base::Duration zero_{}, calendar_{};
  std::deque<PlannedNote> waiting_;
  std::vector<Sent> sent_;  // that have not ended
  std::int64_t end_ = 0;
  protocol::Writer writer_;
  protocol::BundleWriter bundle_;
};

}  // namespace server
